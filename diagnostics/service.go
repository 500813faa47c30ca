package diagnostics

import "time"

// Repository is an ECR repository.
type Repository struct {
	RepositoryName     string `json:"repositoryName"`
	RepositoryArn      string `json:"repositoryArn,omitempty"`
	RepositoryUri      string `json:"repositoryUri,omitempty"`
	RegistryId         string `json:"registryId,omitempty"`
	ImageTagMutability string `json:"imageTagMutability,omitempty"`
	Policy             string `json:"policyText,omitempty"`          // JSON
	LifecyclePolicy    string `json:"lifecyclePolicyText,omitempty"` // JSON
	// Missing says that the repository was looked for and does not exist.
	Missing bool    `json:"missing,omitempty"`
	Images  []Image `json:"images,omitempty"` // newest first
}

// Image is an image of a repository.
type Image struct {
	ImageDigest            string    `json:"imageDigest"`
	ImageTags              []string  `json:"imageTags,omitempty"`
	ImagePushedAt          time.Time `json:"imagePushedAt,omitzero"`
	ImageSizeInBytes       int64     `json:"imageSizeInBytes,omitempty"`
	ImageManifestMediaType string    `json:"imageManifestMediaType,omitempty"`
	ArtifactMediaType      string    `json:"artifactMediaType,omitempty"`
	Architectures          []string  `json:"architectures,omitempty"`
}

// API is a REST API (API Gateway v1, Protocol "REST") or an HTTP API (v2,
// Protocol "HTTP").
type API struct {
	ApiId            string   `json:"apiId"`
	Name             string   `json:"name"`
	Protocol         string   `json:"protocol"`
	ApiEndpoint      string   `json:"apiEndpoint,omitempty"`
	BinaryMediaTypes []string `json:"binaryMediaTypes,omitempty"`
	Routes           []Route  `json:"routes,omitempty"` // by path, then method
	Stages           []Stage  `json:"stages,omitempty"`
	// LatestDeployment is the id of a REST API's newest deployment; empty when
	// it was not read.
	LatestDeployment string            `json:"latestDeployment,omitempty"`
	Cors             *Cors             `json:"corsConfiguration,omitempty"` // HTTP APIs
	GatewayResponses []GatewayResponse `json:"gatewayResponses,omitempty"`
}

// Route is a method on a path. Path "$default" is an HTTP API's catch-all.
type Route struct {
	HttpMethod           string `json:"httpMethod"`
	Path                 string `json:"path"`
	AuthorizationType    string `json:"authorizationType,omitempty"`
	AuthorizerId         string `json:"authorizerId,omitempty"`
	ApiKeyRequired       bool   `json:"apiKeyRequired,omitempty"`
	IntegrationType      string `json:"integrationType,omitempty"`
	IntegrationUri       string `json:"integrationUri,omitempty"`
	Credentials          string `json:"credentials,omitempty"`
	ResponseTransferMode string `json:"responseTransferMode,omitempty"`
	TimeoutInMillis      int    `json:"timeoutInMillis,omitempty"`
	// AllowMethods and AllowOrigin are the values that a mock OPTIONS method
	// answers with, without their single quotes.
	AllowMethods string `json:"allowMethods,omitempty"`
	AllowOrigin  string `json:"allowOrigin,omitempty"`
	AllowHeaders string `json:"allowHeaders,omitempty"`
}

// Stage is a deployed stage of an API.
type Stage struct {
	StageName    string    `json:"stageName"`
	DeploymentId string    `json:"deploymentId,omitempty"`
	LastUpdated  time.Time `json:"lastUpdatedDate,omitzero"`
	LogGroupArn  string    `json:"accessLogDestinationArn,omitempty"`
}

// Cors is a CORS configuration.
type Cors struct {
	AllowOrigins     []string `json:"allowOrigins,omitempty"`
	AllowMethods     []string `json:"allowMethods,omitempty"`
	AllowHeaders     []string `json:"allowHeaders,omitempty"`
	AllowCredentials bool     `json:"allowCredentials,omitempty"`
}

// GatewayResponse is a gateway response of a REST API.
type GatewayResponse struct {
	ResponseType       string            `json:"responseType"`
	StatusCode         string            `json:"statusCode,omitempty"`
	ResponseParameters map[string]string `json:"responseParameters,omitempty"`
}

// ScalableTarget is an Application Auto Scaling target.
type ScalableTarget struct {
	ServiceNamespace  string    `json:"serviceNamespace"`
	ResourceId        string    `json:"resourceId"`
	ScalableDimension string    `json:"scalableDimension"`
	MinCapacity       int       `json:"minCapacity"`
	MaxCapacity       int       `json:"maxCapacity"`
	CreationTime      time.Time `json:"creationTime,omitzero"`
	Policies          []string  `json:"policies,omitempty"`
}

// Metric is a series of one CloudWatch metric. Timestamps are the starts of
// the periods, oldest first, and pair with Values.
type Metric struct {
	Namespace  string            `json:"namespace"`
	MetricName string            `json:"metricName"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Stat       string            `json:"stat"`
	Period     int               `json:"period"` // seconds
	Timestamps []time.Time       `json:"timestamps,omitempty"`
	Values     []float64         `json:"values,omitempty"`
}
