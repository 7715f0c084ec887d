import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { choice, integer, mapList, object, setList, text, typed } from './schema/fields.ts'
import {
  decimal,
  httpURL,
  itemName,
  modelName,
  namespaceName,
  objectName,
} from './schema/formats.ts'
import { secretReference } from './schema/references.ts'
import { simulator } from './simulator.ts'

const tokensMax = 100_000_000

const backendRef = object('An object in the cluster that serves the models.', {
  group: text('API group of the object; empty for a Service. Defaults to empty.', {
    max: 253,
    default: '',
  }),
  kind: choice(
    'Service, or InferencePool of the inference extension. Defaults to Service.',
    ['Service', 'InferencePool'],
    {
      default: 'Service',
    },
  ),
  name: objectName('Name of the object.'),
  namespace: Type.Optional(
    namespaceName('Namespace of the object; another one must permit it with a ReferenceGrant.'),
  ),
  port: Type.Optional(integer('Port of the Service.', { min: 1, max: 65535 })),
})

const credential = object('A key for this provider.', {
  name: itemName('Name of the credential, unique within the provider.'),
  secretRef: secretReference('Secret that holds the key.', { defaultKey: 'api-key' }),
  weight: integer(
    'Share of the calls that use this key, relative to the other keys. Defaults to 1; 0 uses it only when the others are exhausted.',
    { min: 0, max: 1_000_000, default: 1 },
  ),
})

const price = object(
  'Prices in US dollars that override the built-in catalogue, as decimal texts.',
  {
    inputPerMillion: Type.Optional(decimal('A million input tokens.')),
    cachedInputPerMillion: Type.Optional(
      decimal("A million input tokens from the provider's cache."),
    ),
    cacheWritePerMillion: Type.Optional(
      decimal("A million input tokens that are written to the provider's cache."),
    ),
    outputPerMillion: Type.Optional(decimal('A million output tokens.')),
  },
)

const model = object('A model that this provider serves.', {
  name: modelName("The provider's own name of the model."),
  aliases: setList(
    'Other names under which callers can ask for it. Defaults to none.',
    modelName('A name.'),
    { max: 32, default: [] },
  ),
  contextWindow: Type.Optional(
    integer('Most tokens of input and output together. Defaults to what the catalogue says.', {
      min: 1,
      max: tokensMax,
    }),
  ),
  maxOutputTokens: Type.Optional(
    integer('Most tokens of output. Defaults to what the catalogue says.', {
      min: 1,
      max: tokensMax,
    }),
  ),
  capabilities: Type.Optional(
    setList(
      'What the model can do. Left out: nothing is refused beforehand.',
      choice('A capability.', [
        'Chat',
        'Completions',
        'Streaming',
        'Tools',
        'Vision',
        'Audio',
        'StructuredOutput',
        'Reasoning',
        'Embeddings',
        'Rerank',
        'Images',
        'Speech',
        'Transcription',
        'Moderation',
      ]),
      { max: 32 },
    ),
  ),
  price: Type.Optional(price),
})

const spec = object(
  'How to reach the provider and what it can do.',
  {
    type: choice(
      'Which API the provider speaks. Simulator answers by itself, without any network.',
      [
        'OpenAI',
        'AzureOpenAI',
        'Anthropic',
        'Gemini',
        'VertexAI',
        'Bedrock',
        'Cohere',
        'Mistral',
        'Ollama',
        'OpenAICompatible',
        'Simulator',
      ],
    ),
    baseURL: Type.Optional(
      httpURL('Address of the API, http or https. Defaults by type and preset.'),
    ),
    backendRef: Type.Optional(backendRef),
    preset: Type.Optional(
      text(
        'OpenAICompatible only: a known vendor (for example groq), whose address, authentication and quirks are used. Other types ignore it.',
        { min: 1, max: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
      ),
    ),
    credentials: mapList(
      'Keys for this provider; calls are spread over them by weight, and a rejected or exhausted key is left out for a while. Defaults to none.',
      ['name'],
      credential,
      { max: 32, default: [] },
    ),
    models: mapList(
      'Models of the provider. Empty: anything the provider serves.',
      ['name'],
      model,
      { max: 256, default: [] },
    ),
    limits: object(
      'Limits of the provider, kept by the gateway before the provider refuses. Defaults to none.',
      {
        requestsPerMinute: Type.Optional(
          integer('Calls in a minute.', { min: 1, max: 1_000_000_000 }),
        ),
        tokensPerMinute: Type.Optional(
          integer('Input and output tokens in a minute.', { min: 1, max: 1_000_000_000_000 }),
        ),
        maxConcurrent: Type.Optional(
          integer('Calls at the same time.', { min: 1, max: 1_000_000 }),
        ),
      },
      { default: {} },
    ),
    headers: mapList(
      'Headers that every call to the provider carries. Not for keys: use credentials. Defaults to none.',
      ['name'],
      object('A header.', {
        name: text('Name of the header.', {
          min: 1,
          max: 256,
          pattern: "^[A-Za-z0-9!#$%&'*+.^_|~-]+$",
        }),
        value: text('Value of the header.', { max: 4096, pattern: '^[^\\r\\n]*$' }),
      }),
      { max: 32, default: [] },
    ),
    simulator: Type.Optional(simulator),
  },
  {
    rules: [
      {
        rule: '!(has(self.baseURL) && has(self.backendRef))',
        message: 'give baseURL or backendRef, not both',
      },
      {
        rule: "self.type != 'OpenAICompatible' || has(self.baseURL) || has(self.backendRef) || has(self.preset)",
        message: 'type OpenAICompatible needs baseURL, backendRef or preset',
      },
      {
        rule: "self.type != 'AzureOpenAI' || has(self.baseURL) || has(self.backendRef)",
        message: 'type AzureOpenAI needs the baseURL of its resource',
      },
      {
        rule: "self.type == 'Simulator' || !has(self.simulator)",
        message: 'simulator goes with type Simulator only',
      },
    ],
  },
)

const status = object('What the operator observed.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Healthy.'),
})

export type LLMProviderSpec = Static<typeof spec>
export type LLMProviderStatus = Static<typeof status>
export type LLMProviderModel = Static<typeof model>
export type LLMProviderCredential = Static<typeof credential>
export type LLMProviderBackend = Static<typeof backendRef>
export type LLMProviderType = LLMProviderSpec['type']
export type LLMProvider = Resource<LLMProviderSpec, LLMProviderStatus>

/** A service that answers model calls. */
export const LLMProvider = defineResource({
  group,
  version,
  kind: 'LLMProvider',
  plural: 'llmproviders',
  shortNames: ['llmp'],
  categories,
  description: 'A service that answers model calls: its address, keys, models, prices and limits.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    conditionColumn('Accepted'),
    conditionColumn('ResolvedRefs'),
    conditionColumn('Healthy'),
    { name: 'Address', type: 'string', jsonPath: '.spec.baseURL', priority: 1 },
    ageColumn,
  ],
})
