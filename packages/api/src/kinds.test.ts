import { readdirSync, readFileSync } from 'node:fs'
import {
  applyDefaults,
  compileRules,
  evaluateRules,
  fieldErrorMessage,
  pruneUnknownFields,
  validateCustomResourceDefinition,
  validateSchema,
  type StructuralSchema,
} from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { crdFiles } from './crd-files.ts'
import { definitions } from './definitions.ts'
import { kinds } from './kinds.ts'
import { servedDefinitions } from './served-definitions.ts'
import { policyMistakes } from './test-support/policy-mistakes.ts'

interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string }
  spec: Record<string, unknown>
}

const folder = new URL('./fixtures/', import.meta.url)
const manifests = readdirSync(folder).flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => {
    return document.toJS() as Manifest
  }),
)

function kindOf(name: string) {
  const kind = definitions.find((candidate) => candidate.kind === name)
  if (!kind) throw new Error(`no kind ${name}`)
  return kind
}

/** What the API server does with an object, in its order. */
function admit(given: Manifest, old?: Manifest) {
  const { schema } = kindOf(given.kind)
  const { object, pruned } = pruneUnknownFields(given, schema)
  const stored = applyDefaults(object, schema)
  const before = old && applyDefaults(old, schema)
  const errors = validateSchema(stored, schema, { old: before })
  const { rules } = compileRules(schema)
  const broken = errors.length > 0 ? errors : evaluateRules(rules, stored, before)
  return { stored, pruned, messages: broken.map(fieldErrorMessage) }
}

function manifest(kind: string, spec: string): Manifest {
  const metadata = { name: 'test' }
  return { apiVersion: 'fairlead.dev/v1beta1', kind, metadata, spec: parse(spec) }
}

describe('the kinds', () => {
  it('have a ConversationStore encrypted from the beginning or never', () => {
    const plain = manifest('ConversationStore', '{type: SQLite}')
    const withKey = (name: string) =>
      manifest('ConversationStore', `{type: SQLite, encryption: {keySecretRef: {name: ${name}}}}`)
    const message = expect.stringContaining('encryption cannot be changed')
    for (const [after, before] of [
      [withKey('a'), plain],
      [plain, withKey('a')],
      [withKey('b'), withKey('a')],
    ] as const) {
      expect(admit(after, before).messages).toEqual([message])
    }
    expect(admit(withKey('a'), withKey('a')).messages).toEqual([])
    expect(admit(withKey('a')).messages).toEqual([])
  })

  it.each(manifests.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))(
    'accept %s as it is written',
    (_, object) => {
      const { stored, pruned, messages } = admit(object)
      expect(pruned).toEqual([])
      expect(messages).toEqual([])
      expect(stored).toMatchObject(object)
    },
  )

  it('have a manifest each', () => {
    const covered = new Set(manifests.map((object) => object.kind))
    expect([...covered].toSorted()).toEqual(kinds.map(({ kind }) => kind).toSorted())
  })

  it.each<[string, string, string, string]>([
    [
      'LLMGateway',
      'two listeners on one port',
      '{listeners: [{name: a, port: 80}, {name: b, port: 80}]}',
      'two listeners cannot have the same port',
    ],
    [
      'LLMGateway',
      'HTTPS without a certificate',
      '{listeners: [{name: a, port: 80, protocol: HTTPS}]}',
      'tls.certificateRef goes with protocol HTTPS',
    ],
    [
      'LLMGateway',
      'a wrong duration',
      '{limits: {requestTimeout: 5 minutes}}',
      'spec.limits.requestTimeout in body should match',
    ],
    [
      'LLMGateway',
      'a namespace selector without Selector',
      '{allowedNamespaces: {from: Same, selector: {}}}',
      'selector goes with from: Selector',
    ],
    [
      'LLMGateway',
      'Redis without an address',
      '{state: {type: Redis}}',
      'redis.urlSecretRef goes with type Redis',
    ],
    [
      'LLMProvider',
      'a type that nobody knows',
      '{type: Magic}',
      'spec.type: Unsupported value: "Magic"',
    ],
    [
      'LLMProvider',
      'an address that is not http',
      '{type: OpenAI, baseURL: "file:///etc/passwd"}',
      'spec.baseURL in body should match',
    ],
    ...[
      'https://me:hunter2@proxy',
      'http://me:hunter2@proxy',
      'http://proxy/hunter2',
      'http://proxy?a=hunter2',
      'socks5://hunter2',
    ].map((url): [string, string, string, string] => [
      'LLMProvider',
      `the proxy ${url}, which is not repeated`,
      `{type: OpenAI, proxyURL: "${url}"}`,
      'spec: Invalid value: "object": proxyURL must be http://host:port, without user, password, path or query',
    ]),
    [
      'LLMProvider',
      'AzureOpenAI without its resource',
      '{type: AzureOpenAI}',
      'type AzureOpenAI needs azure.resourceName or the baseURL',
    ],
    [
      'LLMProvider',
      'a resource of Azure beside an address',
      '{type: AzureOpenAI, baseURL: "https://a.test", azure: {resourceName: mine}}',
      'give azure.resourceName or an address, not both',
    ],
    [
      'LLMProvider',
      'VertexAI without its project',
      '{type: VertexAI}',
      'type VertexAI needs vertex',
    ],
    [
      'LLMProvider',
      'the settings of another type',
      '{type: OpenAI, vertex: {project: mine}}',
      'which goes with it only',
    ],
    ['LLMProvider', 'Bedrock without its region', '{type: Bedrock}', 'type Bedrock needs bedrock'],
    [
      'LLMProvider',
      'a deployment of another type',
      '{type: OpenAI, models: [{name: m, deployment: d}]}',
      'go with type AzureOpenAI only',
    ],
    [
      'LLMProvider',
      'an identity that the type does not know',
      '{type: OpenAI, authentication: {source: WorkloadIdentity}}',
      'goes with types AzureOpenAI, VertexAI and Bedrock',
    ],
    [
      'LLMProvider',
      'credentials beside an identity',
      '{type: Bedrock, bedrock: {region: us-east-1}, authentication: {source: WorkloadIdentity}, credentials: [{name: a, secretRef: {name: s}}]}',
      'without credentials',
    ],
    [
      'LLMProvider',
      'a role without an identity',
      '{type: Bedrock, bedrock: {region: us-east-1, roleARN: "arn:aws:iam::123456789012:role/a"}}',
      'bedrock.roleARN goes with',
    ],
    [
      'LLMProvider',
      "an application beside callers' keys",
      '{type: AzureOpenAI, authentication: {source: Caller}, azure: {resourceName: mine, entra: {tenantID: t, clientID: c}}}',
      'azure.entra goes with',
    ],
    [
      'LLMProvider',
      'a simulator behind a proxy',
      '{type: Simulator, proxyURL: "http://proxy"}',
      'proxyURL, tls and backendRef do not go with it',
    ],
    ...(
      [
        ['a name that is no token', 'a b', 'x', 'spec.headers[0].name in body should match'],
        ['a name with a line break', 'a\nb', 'x', 'spec.headers[0].name in body should match'],
        ...[
          'Authorization',
          'x-api-key',
          'X-Goog-Api-Key',
          'api-key',
          'COOKIE',
          'Proxy-Authorization',
        ].map(
          (name) => [`the key ${name}`, name, 'hunter2', 'name it in spec.credentials'] as const,
        ),
        ...[
          'Host',
          'content-length',
          'Transfer-Encoding',
          'Connection',
          'Keep-Alive',
          'upgrade',
          'TE',
          'Trailer',
          'Expect',
          'Proxy-Connection',
          'Accept-Encoding',
          'Content-Type',
          'Content-Encoding',
        ].map(
          (name) =>
            [`the header ${name}`, name, 'hunter2', 'the gateway sets this header itself'] as const,
        ),
        ...['hunter2\r\nx: y', 'hunter2\n', 'hunter2\0', 'hunter2\u007f', 'hunter2é'].map(
          (value) =>
            [JSON.stringify(value), 'x-a', value, 'a value is ASCII text without'] as const,
        ),
      ] as const
    ).map(([what, name, value, message]): [string, string, string, string] => [
      'LLMProvider',
      `${what} in headers`,
      `{type: OpenAI, headers: [{name: ${JSON.stringify(name)}, value: ${JSON.stringify(value)}}]}`,
      message,
    ]),
    [
      'LLMProvider',
      'an address and a backend',
      '{type: OpenAI, baseURL: "https://a", backendRef: {name: a, port: 80}}',
      'give baseURL or backendRef, not both',
    ],
    ...(
      [
        [
          'tls of an http address',
          'type: OpenAI, baseURL: "http://a", tls: {}',
          'begins with https',
        ],
        ['tls of a simulator', 'type: Simulator, tls: {}', 'tls and backendRef do not go with it'],
        [
          'a backend of a simulator',
          'type: Simulator, backendRef: {name: a, port: 80}',
          'tls and backendRef do not go with it',
        ],
        ['a Service without a port', 'type: OpenAI, backendRef: {name: a}', 'needs its port'],
        [
          'a Service of a group',
          'type: OpenAI, backendRef: {group: apps, name: a, port: 80}',
          'a Service has the empty group',
        ],
        [
          'an InferencePool without its group',
          'type: OpenAI, backendRef: {kind: InferencePool, name: a}',
          'an InferencePool has the group inference.networking.k8s.io',
        ],
        [
          'an InferencePool with a port',
          'type: OpenAI, backendRef: {group: inference.networking.k8s.io, kind: InferencePool, name: a, port: 80}',
          'and no port',
        ],
        [
          'an endpoint picker of a Service',
          'type: OpenAI, backendRef: {name: a, port: 80}, endpointPicker: {}',
          'endpointPicker goes with a backendRef of kind InferencePool',
        ],
        [
          'authorities of an endpoint picker that nobody verifies',
          'type: OpenAI, backendRef: {group: inference.networking.k8s.io, kind: InferencePool, name: a}, endpointPicker: {caSecretRef: {name: a}}',
          'caSecretRef goes with tls Verified',
        ],
        [
          'an InferencePool behind a proxy',
          'type: OpenAI, proxyURL: "http://proxy", backendRef: {group: inference.networking.k8s.io, kind: InferencePool, name: a}',
          'leave out proxyURL',
        ],
        [
          'an address as the name of a server',
          'type: OpenAI, tls: {serverName: 127.0.0.1}',
          'spec.tls.serverName in body should match',
        ],
        [
          "callers' keys beside keys",
          'type: OpenAI, authentication: {source: Caller}, credentials: [{name: a, secretRef: {name: a}}]',
          'leave out credentials',
        ],
        [
          "callers' keys for a simulator",
          'type: Simulator, authentication: {source: Caller}',
          'leave out credentials',
        ],
        [
          "a probe with callers' keys",
          'type: OpenAI, authentication: {source: Caller}, health: {probe: {model: m}}',
          'leave out health.probe',
        ],
      ] as const
    ).map(([what, spec, message]): [string, string, string, string] => [
      'LLMProvider',
      what,
      `{${spec}}`,
      message,
    ]),
    [
      'LLMProvider',
      'a compatible one without an address',
      '{type: OpenAICompatible}',
      'needs baseURL, backendRef or preset',
    ],
    [
      'LLMProvider',
      'a price that is a number',
      '{type: OpenAI, models: [{name: m, price: {inputPerMillion: 0.15}}]}',
      'must be of type string',
    ],
    [
      'LLMProvider',
      'the same credential twice',
      '{type: OpenAI, credentials: [{name: a, secretRef: {name: s}}, {name: a, secretRef: {name: t}}]}',
      'spec.credentials[1]: Duplicate value: map[string]interface {}{"name":"a"}',
    ],
    [
      'LLMProvider',
      'a simulator in another type',
      '{type: OpenAI, simulator: {}}',
      'simulator goes with type Simulator only',
    ],
    [
      'LLMProvider',
      'a script without replies',
      '{type: Simulator, simulator: {mode: Script}}',
      'replies go with mode Script',
    ],
    [
      'LLMProvider',
      'two patterns of failure',
      '{type: Simulator, simulator: {failure: {everyNth: 2, percent: 5}}}',
      'give everyNth or percent, not both',
    ],
    [
      'RoutingPolicy',
      'a rule without targets',
      '{gatewayRefs: [{name: g}], rules: [{name: a, targets: []}]}',
      'should have at least 1 items',
    ],
    [
      'RoutingPolicy',
      'an impossible length',
      '{gatewayRefs: [{name: g}], rules: [{name: a, match: {inputTokens: {min: 5, max: 4}}, targets: [{name: t, providerRef: {name: p}}]}]}',
      'min must be at most max',
    ],
    [
      'RoutingPolicy',
      'a star in the middle',
      '{gatewayRefs: [{name: g}], rules: [{name: a, match: {models: ["a*b"]}, targets: [{name: t, providerRef: {name: p}}]}]}',
      'should match',
    ],
    [
      'RoutingPolicy',
      'stickiness with Priority',
      '{gatewayRefs: [{name: g}], rules: [{name: a, strategy: Priority, stickiness: {by: Consumer}, targets: [{name: t, providerRef: {name: p}}]}]}',
      'stickiness goes with the strategies Weighted, LeastLatency and LeastBusy',
    ],
    [
      'PromptTemplate',
      'a rollout of nothing',
      '{versions: [{name: "1", messages: [{role: user, content: x}]}], rollout: [{version: "2"}]}',
      'spec.rollout: Invalid value: "object": rollout names a version that is not in versions',
    ],
    [
      'PromptTemplate',
      'a rollout without weight',
      '{versions: [{name: "1", messages: [{role: user, content: x}]}], rollout: [{version: "1", weight: 0}]}',
      'needs a weight above 0',
    ],
    [
      'PromptTemplate',
      'a rollout to cohorts alone',
      '{versions: [{name: "1", messages: [{role: user, content: x}]}], rollout: [{version: "1", match: {groups: [beta]}}]}',
      'without match needs a weight above 0',
    ],
    [
      'PromptTemplate',
      'a cohort of everybody',
      '{versions: [{name: "1", messages: [{role: user, content: x}]}], rollout: [{version: "1"}, {version: "1", cohort: a, match: {}}]}',
      'match needs groups, consumers or headers',
    ],
    [
      'PromptTemplate',
      'a label of nothing',
      '{versions: [{name: "1", messages: [{role: user, content: x}]}], labels: {production: "2"}}',
      'spec.labels: Invalid value: "object": labels name a version that is not in versions',
    ],
    [
      'PromptTemplate',
      'stickiness by a header without its name',
      '{versions: [{name: "1", messages: [{role: user, content: x}]}], sticky: {by: Header}}',
      'header goes with by: Header',
    ],
    [
      'ContextStrategy',
      'a summary that is too long',
      '{history: {mode: Summarize, summarize: {triggerTokens: 1000, targetTokens: 751}}}',
      'spec.history.summarize.targetTokens: Invalid value: "object": targetTokens must be at most 0.75 of triggerTokens, 0.6 is recommended: without this gap every turn summarises and every prompt cache is lost',
    ],
    [
      'ContextStrategy',
      'a window that is too narrow',
      '{history: {mode: TokenWindow, tokenWindow: {highTokens: 100, lowTokens: 76}}}',
      'lowTokens must be at most 0.75 of highTokens',
    ],
    [
      'ContextStrategy',
      'a mode without its block',
      '{history: {mode: LastTurns}}',
      'lastTurns goes with mode LastTurns',
    ],
    [
      'ContextStrategy',
      'a block of another mode',
      '{history: {mode: Full, lastTurns: {turns: 5}}}',
      'lastTurns goes with mode LastTurns',
    ],
    [
      'ConversationStore',
      'Redis without an address',
      '{type: Redis}',
      'redis goes with type Redis',
    ],
    [
      'ConversationStore',
      'a prefix that would name another slot of a cluster',
      '{type: Redis, redis: {urlSecretRef: {name: r}, keyPrefix: "{chats}"}}',
      'spec.redis.keyPrefix in body should match',
    ],
    [
      'ConversationStore',
      'a schema that would have to be quoted',
      '{type: Postgres, postgres: {urlSecretRef: {name: r}, schema: "My Chats"}}',
      'spec.postgres.schema in body should match',
    ],
    [
      'ConversationStore',
      'no connection left beside the one that listens',
      '{type: Postgres, postgres: {urlSecretRef: {name: r}, maxConnections: 1}}',
      'spec.postgres.maxConnections',
    ],
    [
      'LLMGateway',
      'issuers without the method',
      '{auth: {jwt: [{name: a, issuer: "https://a", audiences: [b]}]}}',
      'jwt goes with method JWT, and JWT needs it',
    ],
    [
      'LLMGateway',
      'the method without issuers',
      '{auth: {methods: [JWT]}}',
      'jwt goes with method JWT, and JWT needs it',
    ],
    [
      'LLMGateway',
      'keys in two places',
      '{auth: {methods: [JWT], jwt: [{name: a, issuer: "https://a", audiences: [b], keys: {discovery: true, jwksURL: "https://a/k"}}]}}',
      'exactly one of discovery: true, jwksURL and secretRef',
    ],
    [
      'LLMGateway',
      'shared secrets where keys are public',
      '{auth: {methods: [JWT], jwt: [{name: a, issuer: "https://a", audiences: [b], algorithms: [HS256]}]}}',
      'go with keys.secretRef only',
    ],
    [
      'LLMGateway',
      'the same issuer twice',
      '{auth: {methods: [JWT], jwt: [{name: a, issuer: "https://a", audiences: [b]}, {name: c, issuer: "https://a", audiences: [b]}]}}',
      'two entries cannot have the same issuer',
    ],
    [
      'LLMGateway',
      'an algorithm without a signature',
      '{auth: {methods: [JWT], jwt: [{name: a, issuer: "https://a", audiences: [b], algorithms: [none]}]}}',
      'Unsupported value',
    ],
    [
      'Consumer',
      'a key that is nowhere',
      '{apiKeys: [{name: a}]}',
      'exactly one of secretRef and sha256',
    ],
    [
      'Consumer',
      'a key in two places',
      `{apiKeys: [{name: a, secretRef: {name: s}, sha256: ${'a'.repeat(64)}}]}`,
      'exactly one of secretRef and sha256',
    ],
    [
      'Consumer',
      'an expiry that is no time',
      '{apiKeys: [{name: a, secretRef: {name: s}, expiresAt: tomorrow}]}',
      'must be of type date-time',
    ],
    ...policyMistakes,
  ])('%s refuses %s', (kind, _, spec, expected) => {
    expect(admit(manifest(kind, spec)).messages.join('\n')).toContain(expected)
  })

  it('never repeat the value of a header', () => {
    const values = ['hunter2\n', 'hunter2']
    for (const value of values) {
      const headers = JSON.stringify([{ name: 'Authorization', value }])
      const { messages } = admit(manifest('LLMProvider', `{type: OpenAI, headers: ${headers}}`))
      expect(messages.join('\n')).not.toContain('hunter2')
    }
  })

  it('take every other header', () => {
    const names = ["X-`~!#$%&'*+-.^_|0", 'OpenAI-Organization', 'User-Agent', 'accept']
    const headers = JSON.stringify(names.map((name) => ({ name, value: 'a\tb ~' })))
    expect(admit(manifest('LLMProvider', `{type: OpenAI, headers: ${headers}}`)).messages).toEqual(
      [],
    )
  })

  it('takes a summary of exactly three quarters', () => {
    const spec = '{history: {mode: Summarize, summarize: {triggerTokens: 1000, targetTokens: 750}}}'
    expect(admit(manifest('ContextStrategy', spec)).messages).toEqual([])
  })
})

describe('a published prompt version', () => {
  const versions = (...texts: string[]) => {
    const list = texts.map((text, index) => ({
      name: `${index + 1}`,
      messages: [{ role: 'user', content: text }],
      parameters: { type: 'object', properties: { text: { type: text } } },
    }))
    return manifest('PromptTemplate', JSON.stringify({ versions: list }))
  }

  it('cannot change', () => {
    expect(admit(versions('a', 'changed'), versions('a', 'b')).messages).toEqual([
      'spec.versions[1]: Forbidden: a published version never changes: add another version',
    ])
  })

  it('cannot change below its parameters either', () => {
    const changed = versions('a')
    const [first] = changed.spec['versions'] as { parameters: { properties: object } }[]
    if (first) first.parameters.properties = { other: { type: 'string' } }
    expect(admit(changed, versions('a')).messages).toHaveLength(1)
  })

  it('can be joined by another, and removed', () => {
    expect(admit(versions('a', 'b'), versions('a')).messages).toEqual([])
    expect(admit(versions('a'), versions('a', 'b')).messages).toEqual([])
  })
})

describe('the definitions', () => {
  it.each(servedDefinitions().map((crd) => [crd.spec.names.kind, crd] as const))(
    'of %s are accepted by the API server',
    (_, crd) => {
      expect(validateCustomResourceDefinition(crd).map(fieldErrorMessage)).toEqual([])
      // Both versions together: what kubectl apply without --server-side can annotate is 262,144.
      expect(JSON.stringify(crd).length).toBeLessThan(131_072)
    },
  )

  it('describe every field and bound every list, map and text', () => {
    const gaps = definitions.flatMap(({ kind, schema }) =>
      ['spec', 'status'].flatMap((part) => findGaps(schema.properties?.[part], `${kind}.${part}`)),
    )
    expect(gaps).toEqual([])
  })

  it('are those in crds/', () => {
    const crds = new URL('../crds/', import.meta.url)
    const files = new Map(
      readdirSync(crds).map((name) => [name, readFileSync(new URL(name, crds), 'utf8')]),
    )
    expect(Object.fromEntries(files)).toEqual(Object.fromEntries(crdFiles()))
  })

  it('have different names', () => {
    const names = kinds.flatMap(({ plural, shortNames, crd }) => [
      plural,
      crd.spec.names.singular,
      ...shortNames,
    ])
    expect(new Set(names).size).toBe(names.length)
  })
})

function findGaps(schema: StructuralSchema | undefined, path: string): string[] {
  if (!schema) return []
  const gaps: string[] = []
  if (!schema.description) gaps.push(`${path} has no description`)
  if (schema.type === 'array' && schema.maxItems === undefined) gaps.push(`${path} is unbounded`)
  if (schema.additionalProperties && schema.maxProperties === undefined) {
    gaps.push(`${path} is unbounded`)
  }
  const bounded = schema.maxLength ?? schema.enum ?? schema.format
  if (schema.type === 'string' && bounded === undefined) gaps.push(`${path} is unbounded`)
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    gaps.push(...findGaps(property, `${path}.${name}`))
  }
  gaps.push(...findGaps(schema.items, `${path}[]`))
  if (typeof schema.additionalProperties === 'object') {
    gaps.push(...findGaps(schema.additionalProperties, `${path}.*`))
  }
  return gaps
}
