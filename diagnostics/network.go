package diagnostics

// Export is an exported output and who imports it now (ListImports).
type Export struct {
	Name string `json:"name"`
	// Importers are the names of the stacks; none means that nobody does.
	Importers []string `json:"importers,omitempty"`
}

// Claim says which stack a physical resource belongs to now
// (DescribeStackResources).
type Claim struct {
	PhysicalResourceId string `json:"physicalResourceId"`
	// StackName is empty for a thing that belongs to no stack.
	StackName         string `json:"stackName,omitempty"`
	LogicalResourceId string `json:"logicalResourceId,omitempty"`
	StackStatus       string `json:"stackStatus,omitempty"`
}

// Subnet is a subnet that a function uses, with the way out of it.
type Subnet struct {
	SubnetId                string `json:"subnetId"`
	VpcId                   string `json:"vpcId,omitempty"`
	AvailableIpAddressCount int    `json:"availableIpAddressCount"`
	// DefaultRoute is the target of 0.0.0.0/0: nat-…, igw-…, tgw-…, eni-… or a
	// gateway of another kind; "none" when there is no such route, and empty
	// when the routes were not read.
	DefaultRoute string `json:"defaultRoute,omitempty"`
	// Endpoints are the services that an endpoint of the VPC serves, such as
	// com.amazonaws.eu-west-1.s3; nil when they were not read.
	Endpoints []string `json:"endpoints,omitempty"`
}

// Occupants are the network interfaces in a group or subnet that could not be
// deleted.
type Occupants struct {
	// In is the group (sg-…) or subnet (subnet-…).
	In         string             `json:"in"`
	Interfaces []NetworkInterface `json:"interfaces,omitempty"`
}

// NetworkInterface is an elastic network interface.
type NetworkInterface struct {
	NetworkInterfaceId string `json:"networkInterfaceId"`
	// InterfaceType is lambda for those that Lambda made.
	InterfaceType string `json:"interfaceType,omitempty"`
	Description   string `json:"description,omitempty"`
	Status        string `json:"status,omitempty"`
}

// Key is a KMS key that a function or a refusal names.
type Key struct {
	// Arn is the name it was asked by.
	Arn string `json:"arn"`
	// KeyState is Enabled, Disabled, PendingDeletion, PendingImport, Unavailable
	// and so on; NotFound when it was looked for and is not there.
	KeyState string `json:"keyState"`
}

// LayerVersion is a version of a layer that a function uses.
type LayerVersion struct {
	Arn string `json:"arn"`
	// Architectures and Runtimes are those that it was published for; none
	// means that it does not say.
	Architectures []string `json:"compatibleArchitectures,omitempty"`
	Runtimes      []string `json:"compatibleRuntimes,omitempty"`
}
