exports.handler = async () => ({ documents: 41209 });
