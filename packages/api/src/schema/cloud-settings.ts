import type { ValidationRule } from '@fairlead/kube-core'
import { Type } from 'typebox'
import { choice, object, text } from './fields.ts'

const labelPattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'

/** What type AzureOpenAI needs besides a key. */
export const azure = object('For type AzureOpenAI: the resource, and how it is called.', {
  resourceName: Type.Optional(
    text(
      'Name of the Azure OpenAI or Foundry resource, for the address https://<resourceName>.openai.azure.com. baseURL takes its place, for other clouds and private endpoints.',
      { min: 2, max: 64, pattern: '^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$' },
    ),
  ),
  form: choice(
    'How deployments are addressed. V1: at /openai/v1, the deployment as the model in the body. Deployments: at /openai/deployments/<deployment>, with apiVersion. Defaults to V1.',
    ['V1', 'Deployments'],
    { default: 'V1' },
  ),
  apiVersion: Type.Optional(
    text(
      'Version of the API, sent as api-version. With form V1 it is left out unless given; with form Deployments it defaults to 2024-10-21, the last that is stable.',
      { min: 1, max: 32, pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?|preview|v1|latest)$' },
    ),
  ),
  entra: Type.Optional(
    object(
      'Application in Microsoft Entra whose tokens the resource accepts instead of a key. With authentication.source Credentials, spec.credentials then hold its client secrets; with WorkloadIdentity this names it instead of AZURE_TENANT_ID and AZURE_CLIENT_ID.',
      {
        tenantID: text('ID or domain of the tenant.', {
          min: 1,
          max: 253,
          pattern: '^[-.a-zA-Z0-9]+$',
        }),
        clientID: text('ID of the application or of the managed identity.', {
          min: 1,
          max: 64,
          pattern: '^[-a-zA-Z0-9]+$',
        }),
      },
    ),
  ),
})

/** What type VertexAI needs besides an identity. */
export const vertex = object('For type VertexAI: where its models are called.', {
  project: text('ID or number of the Google Cloud project.', {
    min: 1,
    max: 63,
    pattern: '^([-a-z0-9]+(\\.[a-z]+)*:)?[-a-z0-9]+$',
  }),
  location: text('Location, such as europe-west1, us, eu or global. Defaults to global.', {
    min: 1,
    max: 63,
    pattern: labelPattern,
    default: 'global',
  }),
})

/** What type Bedrock needs besides an identity. */
export const bedrock = object('For type Bedrock: where its models are called.', {
  region: text('AWS region, such as us-east-1.', { min: 1, max: 63, pattern: labelPattern }),
  roleARN: Type.Optional(
    text(
      'Role that the gateway takes by its web identity, instead of AWS_ROLE_ARN. Goes with authentication.source WorkloadIdentity.',
      { min: 20, max: 2048, pattern: '^arn:[-a-z]+:iam::[0-9]{12}:role/[-\\w+=,.@/]+$' },
    ),
  ),
  claudeAPI: choice(
    'How Claude is asked. InvokeModel: in the format of the Messages API, whose requests pass unchanged. Converse: as all other models. Defaults to InvokeModel.',
    ['InvokeModel', 'Converse'],
    { default: 'InvokeModel' },
  ),
})

/** The rules of an LLMProvider's spec about its cloud. */
export const cloudRules: readonly ValidationRule[] = [
  {
    rule: "self.type != 'AzureOpenAI' || has(self.baseURL) || has(self.backendRef) || (has(self.azure) && has(self.azure.resourceName))",
    message: 'type AzureOpenAI needs azure.resourceName or the baseURL of its resource',
  },
  {
    rule: '!(has(self.azure) && has(self.azure.resourceName) && (has(self.baseURL) || has(self.backendRef)))',
    message: 'give azure.resourceName or an address, not both',
  },
  {
    rule: "(self.type == 'VertexAI') == has(self.vertex)",
    message: 'type VertexAI needs vertex, which goes with it only',
  },
  {
    rule: "(self.type == 'Bedrock') == has(self.bedrock)",
    message: 'type Bedrock needs bedrock, which goes with it only',
  },
  {
    rule: "self.type == 'AzureOpenAI' || (!has(self.azure) && self.models.all(model, !has(model.deployment)))",
    message: 'azure and models[].deployment go with type AzureOpenAI only',
  },
  {
    rule: "self.authentication.source != 'WorkloadIdentity' || (self.type in ['AzureOpenAI', 'VertexAI', 'Bedrock'] && size(self.credentials) == 0)",
    message:
      'authentication.source WorkloadIdentity goes with types AzureOpenAI, VertexAI and Bedrock, without credentials',
  },
  {
    rule: "!has(self.bedrock) || !has(self.bedrock.roleARN) || self.authentication.source == 'WorkloadIdentity'",
    message: 'bedrock.roleARN goes with authentication.source WorkloadIdentity',
  },
  {
    rule: "!has(self.azure) || !has(self.azure.entra) || self.authentication.source != 'Caller'",
    message: 'azure.entra goes with authentication.source Credentials or WorkloadIdentity',
  },
]
