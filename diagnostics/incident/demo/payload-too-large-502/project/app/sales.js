exports.sales = async (month) => Array.from({ length: 60000 }, (_, n) => ({ month, n, article: "article-" + n, amount: n * 7 }));
