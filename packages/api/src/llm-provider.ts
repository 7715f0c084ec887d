import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { choice, integer, mapList, object, setList, text, typed } from './schema/fields.ts'
import { decimal, duration, httpURL, itemName, modelName } from './schema/formats.ts'
import { secretReference } from './schema/references.ts'
import { credentialStatus } from './schema/credential-status.ts'
import { azure, bedrock, cloudRules, vertex } from './schema/cloud-settings.ts'
import { answerTimeouts } from './schema/timeouts.ts'
import {
  authentication,
  backendRef,
  connectionRules,
  endpointPicker,
  tls,
} from './schema/provider-connection.ts'
import { providerHeader } from './schema/provider-header.ts'
import { simulator } from './simulator.ts'

const tokensMax = 100_000_000

const credential = object('An API key for this provider.', {
  name: itemName('Name of the credential, unique within the provider.'),
  secretRef: secretReference(
    "Secret that holds the key. Type VertexAI: the JSON key of a service account. Type Bedrock: an API key of Bedrock, or AWS's keys in the form of its shared credentials file. Type AzureOpenAI: an API key, or with azure.entra a client secret.",
    { defaultKey: 'api-key' },
  ),
  weight: integer(
    'Relative share of the calls that use this key. Defaults to 1; a key with weight 0 is used only if no other key is usable.',
    { min: 0, max: 1_000_000, default: 1 },
  ),
})

const price = object(
  'Prices in US dollars as decimal strings; they override the built-in catalogue.',
  {
    inputPerMillion: Type.Optional(decimal('Price of a million input tokens.')),
    cachedInputPerMillion: Type.Optional(
      decimal("Price of a million input tokens read from the provider's cache."),
    ),
    cacheWritePerMillion: Type.Optional(
      decimal("Price of a million input tokens written to the provider's cache."),
    ),
    outputPerMillion: Type.Optional(decimal('Price of a million output tokens.')),
  },
)

const model = object('A model that this provider serves.', {
  name: modelName("The provider's own name for the model."),
  aliases: setList(
    'Other names by which callers can request it. Defaults to none.',
    modelName('An alias.'),
    { max: 32, default: [] },
  ),
  contextWindow: Type.Optional(
    integer(
      'Maximum number of input and output tokens together. Defaults to the value in the catalogue.',
      {
        min: 1,
        max: tokensMax,
      },
    ),
  ),
  maxOutputTokens: Type.Optional(
    integer('Maximum number of output tokens. Defaults to the value in the catalogue.', {
      min: 1,
      max: tokensMax,
    }),
  ),
  capabilities: Type.Optional(
    setList(
      'What the model supports. If omitted, a call is refused in advance only where the catalogue knows the model to be for something else, as chat at a model that makes vectors; what else it knows decides only between targets.',
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
  deployment: Type.Optional(
    text(
      'For type AzureOpenAI: name of the deployment that serves the model. Defaults to the name of the model.',
      { min: 1, max: 64, pattern: '^[-._a-zA-Z0-9]+$' },
    ),
  ),
  price: Type.Optional(price),
})

const timeouts = object(
  'How long an attempt may be silent or run; the next target is asked as long as no content has come.',
  {
    connect: duration('Maximum time until a connection is open, TLS included. Defaults to 5s.', {
      default: '5s',
    }),
    ...answerTimeouts({
      firstByte:
        "Defaults to 180s for a whole answer, whose first byte comes when the model has finished, and for a stream to the LLMGateway's spec.limits.firstTokenTimeout (60s).",
      idle: 'Defaults to 60s.',
      total: 'Defaults to 600s.',
    }),
  },
  { default: {} },
)

const health = object(
  'When the provider is passed over, and for how long. Each worker process of a gateway judges by its own calls. Where nothing else answers, a provider that is passed over is asked all the same.',
  {
    failures: integer(
      'Failures in a row after which the provider is ejected: no connection, silence, an answer that is none or breaks off, a status of 5xx. Defaults to 5.',
      { min: 1, max: 1000, default: 5 },
    ),
    window: duration('Time within which these failures count. Defaults to 30s.', {
      default: '30s',
    }),
    ejectFor: duration(
      'Duration of the first ejection; each that follows without a success lasts twice as long. When it is over, one call tries the provider. Defaults to 10s.',
      { default: '10s' },
    ),
    maxEjectFor: duration(
      'Maximum duration of an ejection, and of a pause that the provider asks for. Defaults to 5m.',
      { default: '5m' },
    ),
    maxEjectedPercent: integer(
      "Maximum share of a rule's targets that are passed over at the same time. Defaults to 100.",
      { min: 0, max: 100, default: 100 },
    ),
    probe: Type.Optional(
      object(
        'A small call that shows whether the provider works, made at an interval by each worker process of a gateway if no other call has shown it. An ejected provider then comes back by its probe. Without it, only calls show it.',
        {
          model: modelName('Model that the probe asks for an answer of one token.'),
          interval: duration('Time between two probes. Defaults to 30s.', { default: '30s' }),
        },
      ),
    ),
  },
  { default: {} },
)

const spec = object(
  'How the provider is reached, and what it serves.',
  {
    type: choice('API of the provider. Simulator answers by itself, without any network.', [
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
    ]),
    baseURL: Type.Optional(
      httpURL('Base URL of the API, http or https. The default depends on type and preset.'),
    ),
    backendRef: Type.Optional(backendRef),
    endpointPicker: Type.Optional(endpointPicker),
    proxyURL: Type.Optional(
      text(
        "Forward proxy that every connection to the provider goes through, http only, without user and password; the port defaults to 80. It is asked for a tunnel with CONNECT and resolves the provider's host name. Without it, the gateway connects to the provider itself.",
        { min: 1, max: 2048 },
      ),
    ),
    tls: Type.Optional(tls),
    preset: Type.Optional(
      text(
        'For type OpenAICompatible: a known vendor or server, such as groq or vllm, whose address, authentication and peculiarities are used; docs/presets.md lists them. With baseURL, those of the preset at that address. Other types ignore it.',
        { min: 1, max: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
      ),
    ),
    azure: Type.Optional(azure),
    vertex: Type.Optional(vertex),
    bedrock: Type.Optional(bedrock),
    authentication,
    credentials: mapList(
      'API keys for this provider. Calls are distributed by weight; a key that the provider rejects is not used for a while. Defaults to none.',
      ['name'],
      credential,
      { max: 32, default: [] },
    ),
    models: mapList(
      'Models of the provider. Empty: every model that the provider serves.',
      ['name'],
      model,
      { max: 256, default: [] },
    ),
    limits: object(
      "What the provider allows, of all replicas together: a call that does not fit goes to the rule's next target, so that the provider does not have to refuse it. Defaults to none.",
      {
        requestsPerMinute: Type.Optional(
          integer('Maximum number of calls per minute.', { min: 1, max: 1_000_000_000 }),
        ),
        tokensPerMinute: Type.Optional(
          integer(
            'Maximum number of input and output tokens per minute, of which a call claims what it will probably use.',
            {
              min: 1,
              max: 1_000_000_000_000,
            },
          ),
        ),
        maxConcurrent: Type.Optional(
          integer('Maximum number of concurrent calls.', { min: 1, max: 1_000_000 }),
        ),
      },
      { default: {} },
    ),
    headers: mapList(
      "Headers to send with every call to the provider. A User-Agent replaces the gateway's own. Not for keys: use credentials. Defaults to none.",
      ['name'],
      providerHeader,
      { max: 32, default: [] },
    ),
    parameters: object(
      'What becomes of parameters that the provider or its model does not know.',
      {
        unsupported: choice(
          'Drop leaves out what is only a hint, such as seed, and passes the provider over where the answer would be another one. Error passes it over for hints as well. Forward sends fields as the caller spelled them, also those that the provider is known to refuse. If no other target can answer, the call is refused with 400. x-fairlead-adapted tells what was left out. Defaults to Drop.',
          ['Error', 'Drop', 'Forward'],
          { default: 'Drop' },
        ),
      },
      { default: {} },
    ),
    streamUsage: choice(
      'Whether the provider is asked for the usage of every stream, where it tells it only then. Callers who did not ask for it do not see it. Omit is for a server that refuses the question; usage that nobody told is estimated. Defaults to Request.',
      ['Request', 'Omit'],
      { default: 'Request' },
    ),
    timeouts,
    health,
    simulator: Type.Optional(simulator),
  },
  {
    rules: [
      ...connectionRules,
      ...cloudRules,
      {
        rule: "self.type != 'OpenAICompatible' || has(self.baseURL) || has(self.backendRef) || has(self.preset)",
        message: 'type OpenAICompatible needs baseURL, backendRef or preset',
      },
      {
        rule: "self.type == 'Simulator' || !has(self.simulator)",
        message: 'simulator goes with type Simulator only',
      },
    ],
  },
)

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Healthy.'),
  credentials: Type.Optional(
    mapList(
      'Credentials that calls have shown something of. Of several replicas the worst is told.',
      ['name'],
      credentialStatus,
      { max: 32 },
    ),
  ),
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
    { name: 'Models', type: 'string', jsonPath: '.spec.models[*].name' },
    conditionColumn('Accepted'),
    conditionColumn('ResolvedRefs'),
    conditionColumn('Healthy'),
    { name: 'Address', type: 'string', jsonPath: '.spec.baseURL', priority: 1 },
    ageColumn,
  ],
})
