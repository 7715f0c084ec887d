import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  grant,
  snapshotOf,
  provider,
} from '../../test-support/resources.ts'

const inferencePool = {
  group: 'inference.networking.k8s.io',
  kind: 'InferencePool',
  name: 'llama',
}

describe('the address of a provider', () => {
  it.each([
    [{ type: 'OpenAI' }, 'https://api.openai.com/v1'],
    [{ type: 'Anthropic' }, 'https://api.anthropic.com/v1'],
    [{ type: 'Ollama' }, 'http://127.0.0.1:11434/v1'],
    [{ type: 'OpenAI', preset: 'groq' }, 'https://api.openai.com/v1'],
    [{ type: 'OpenAICompatible', preset: 'groq' }, 'https://api.groq.com/openai/v1'],
    [
      { type: 'OpenAICompatible', preset: 'groq', baseURL: 'https://x.test/a/' },
      'https://x.test/a',
    ],
    [{ type: 'OpenAICompatible', baseURL: 'http://x.test:81' }, 'http://x.test:81'],
    [{ type: 'Ollama', baseURL: 'http://ollama:11434/' }, 'http://ollama:11434/v1'],
    [
      { type: 'Anthropic', baseURL: 'https://proxy.test/anthropic/v1' },
      'https://proxy.test/anthropic/v1',
    ],
    [{ type: 'Simulator' }, ''],
    [{ type: 'AzureOpenAI', azure: { resourceName: 'mine' } }, 'https://mine.azure.test'],
    [{ type: 'AzureOpenAI', baseURL: 'https://a.test/' }, 'https://a.test'],
    [{ type: 'AzureOpenAI', baseURL: 'https://a.test/openai/v1' }, 'https://a.test/openai/v1'],
    [
      { type: 'OpenAICompatible', backendRef: { name: 'vllm', port: 8000 } },
      'http://vllm.default.svc:8000/v1',
    ],
    [
      { type: 'OpenAICompatible', backendRef: { name: 'vllm', port: 443 }, tls: {} },
      'https://vllm.default.svc/v1',
    ],
    [
      { type: 'OpenAICompatible', preset: 'groq', backendRef: { name: 'groq', port: 80 } },
      'http://groq.default.svc/openai/v1',
    ],
    [
      { type: 'OpenAICompatible', preset: 'edge', backendRef: { name: 'edge', port: 80 } },
      'http://edge.default.svc/v1',
    ],
    [
      { type: 'OpenAICompatible', preset: 'edge', baseURL: 'https://me.edge.test/v1' },
      'https://me.edge.test/v1',
    ],
    [
      { type: 'Anthropic', backendRef: { name: 'a', port: 8443 }, tls: {} },
      'https://a.default.svc:8443/v1',
    ],
    [
      { type: 'OpenAICompatible', backendRef: inferencePool },
      'http://llama.default.inferencepool/v1',
    ],
    [
      { type: 'OpenAICompatible', preset: 'groq', backendRef: inferencePool, tls: {} },
      'https://llama.default.inferencepool/openai/v1',
    ],
  ])('of %o is %s', (spec, address) => {
    expect(snapshotOf(provider(spec))?.providers.get('default/p')?.baseURL).toBe(address)
  })

  it.each([
    [
      'a type that is not served',
      { type: 'Cohere' },
      'type Cohere is not served by this version; use one of',
    ],
    [
      'an unknown preset',
      { type: 'OpenAICompatible', preset: 'nobody' },
      'spec.preset: "nobody" is not one of the 2 known presets. Leave it out and give spec.baseURL',
    ],
    [
      'a preset that is nearly known',
      { type: 'OpenAICompatible', preset: 'grok' },
      '; did you mean groq? Leave it out',
    ],
    [
      'an unknown preset at an own address',
      { type: 'OpenAICompatible', preset: 'grog', baseURL: 'https://x.test/v1' },
      'did you mean groq?',
    ],
    [
      'a preset whose address only its user knows',
      { type: 'OpenAICompatible', preset: 'edge' },
      'spec.baseURL: preset edge needs an address of your own, such as https://{account}.edge.test/v1',
    ],
    ['no address at all', { type: 'OpenAICompatible' }, 'needs a baseURL or a preset'],
    [
      'an InferencePool of another group',
      { type: 'OpenAI', backendRef: { kind: 'InferencePool', name: 'pool' } },
      'spec.backendRef.group: an InferencePool has the group inference.networking.k8s.io',
    ],
    [
      'an InferencePool of a cloud',
      { type: 'AzureOpenAI', backendRef: inferencePool },
      'type AzureOpenAI is a cloud, which no InferencePool serves',
    ],
    [
      'an InferencePool behind a proxy',
      { type: 'OpenAI', backendRef: inferencePool, proxyURL: 'http://proxy.test:3128' },
      'spec.proxyURL: the pods of an InferencePool are called without a proxy',
    ],
    [
      'a picker that is to be waited for too long',
      { type: 'OpenAI', backendRef: inferencePool, endpointPicker: { timeout: '1h' } },
      'spec.endpointPicker.timeout: must be from 1ms to 10m, and is 1h',
    ],
    [
      'a Service without a port',
      { type: 'OpenAI', backendRef: { name: 'svc' } },
      'spec.backendRef.port: a Service needs its port',
    ],
    [
      'an unknown preset of a Service',
      { type: 'OpenAICompatible', preset: 'nobody', backendRef: { name: 'svc', port: 80 } },
      '"nobody" is not one of',
    ],
    [
      'TLS of a type without it',
      { type: 'Ollama', tls: {} },
      'spec.tls: goes with https only, and the address is http://127.0.0.1:11434/v1',
    ],
    [
      'another protocol',
      { type: 'OpenAI', baseURL: 'ftp://x.test' },
      'spec.baseURL: Invalid value',
    ],
    [
      'a resource of Azure without its name',
      { type: 'AzureOpenAI', azure: {} },
      'type AzureOpenAI needs a baseURL',
    ],
    [
      'an identity that the type does not know',
      { type: 'OpenAI', authentication: { source: 'WorkloadIdentity' } },
      'type OpenAI knows no WorkloadIdentity',
    ],
    ...[
      'https://azure.test.evil.test',
      'https://evilazure.test',
      'http://mine.azure.test',
      'https://evil.test/azure.test',
    ].map((baseURL): [string, Record<string, unknown>, string] => [
      `an identity shown to ${baseURL}`,
      { type: 'AzureOpenAI', baseURL, authentication: { source: 'WorkloadIdentity' } },
      'with WorkloadIdentity the address must be https and end in azure.test',
    ]),
    [
      'an identity shown to a Service',
      {
        type: 'AzureOpenAI',
        backendRef: { name: 'svc', port: 80 },
        authentication: { source: 'WorkloadIdentity' },
      },
      'with WorkloadIdentity the address must be https',
    ],
    [
      'an identity shown to who has a certificate of another authority',
      {
        type: 'AzureOpenAI',
        azure: { resourceName: 'mine' },
        authentication: { source: 'WorkloadIdentity' },
        tls: { caSecretRef: { name: 'ca' } },
      },
      'neither caSecretRef nor serverName can be given',
    ],
    ['a query', { type: 'OpenAI', baseURL: 'https://x.test/?k=v' }, 'must not have a query'],
  ])('refuses %s', (_, spec, message) => {
    const result = compileAll(provider(spec))
    expect(result.snapshots.get('default/default')?.providers.has('default/p')).toBe(false)
    expect(conditionsOf(result, 'LLMProvider', 'default/p').Accepted).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message: expect.stringContaining(message),
    })
  })

  it('refuses a password without repeating it', () => {
    const result = compileAll(provider({ type: 'OpenAI', baseURL: 'https://me:hunter2@x.test/v1' }))
    const { Accepted } = conditionsOf(result, 'LLMProvider', 'default/p')
    expect(Accepted).toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('password'),
    })
    expect(JSON.stringify(result.conditions)).not.toContain('hunter2')
  })
})

it.each([
  ['Authorization', 'Bearer hunter2', 'name it in spec.credentials'],
  ['Host', 'hunter2', 'the gateway sets this header itself'],
  ['a b', 'hunter2', 'spec.headers[0].name: Invalid value'],
  ['x-a', 'hunter2\r\nHost: elsewhere', 'without line breaks'],
])('a stored header %s that no schema refused is refused', (name, value, message) => {
  const result = compileAll(provider({ type: 'OpenAI', headers: [{ name, value }] }))
  expect(result.snapshots.get('default/default')?.providers.has('default/p')).toBe(false)
  expect(conditionsOf(result, 'LLMProvider', 'default/p').Accepted).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: expect.stringContaining(message),
  })
  expect(JSON.stringify(result.conditions)).not.toContain('hunter2')
})

describe('an InferencePool', () => {
  const pooled = { type: 'OpenAICompatible', backendRef: inferencePool }
  const poolOf = (spec: Record<string, unknown>) =>
    snapshotOf(provider({ ...pooled, ...spec }))?.providers.get('default/p')?.endpointPool

  it('is named in the snapshot, with how its picker is asked', () => {
    const picker = { tls: 'Unverified', ca: undefined, timeoutMs: 10_000 }
    expect(poolOf({})).toEqual({ namespace: 'default', name: 'llama', picker })
    const caSecretRef = { name: 'picker' }
    const endpointPicker = { tls: 'Verified', caSecretRef, timeout: '30s' }
    expect(poolOf({ endpointPicker })?.picker).toEqual({
      tls: 'Verified',
      ca: { namespace: 'default', name: 'picker', key: 'ca.crt' },
      timeoutMs: 30_000,
    })
  })

  it('of another namespace needs a ReferenceGrant for InferencePools', () => {
    const backendRef = { ...inferencePool, namespace: 'models' }
    const elsewhere = provider({ ...pooled, backendRef })
    const from = { kind: 'LLMProvider', namespace: 'default' }
    const grantTo = (group: string, kind: string) => grant('models', from, { group, kind })
    const without = compileAll(elsewhere, grantTo('', 'Service'))
    expect(conditionsOf(without, 'LLMProvider', 'default/p').ResolvedRefs).toMatchObject({
      status: 'False',
      reason: 'RefNotPermitted',
      message: expect.stringContaining('refer to InferencePool models/llama'),
    })
    expect(without.snapshots.get('default/default')?.providers.has('default/p')).toBe(false)
    const permitted = compileAll(elsewhere, grantTo('inference.networking.k8s.io', 'InferencePool'))
    expect(
      permitted.snapshots.get('default/default')?.providers.get('default/p')?.endpointPool,
    ).toMatchObject({ namespace: 'models', name: 'llama' })
  })
})

describe('a simulator', () => {
  const simulatorSettings = (settings: Record<string, unknown>) =>
    snapshotOf(provider({ type: 'Simulator', simulator: settings }))?.providers.get('default/p')
      ?.simulator

  it('has durations in milliseconds and seconds', () => {
    const failure = { status: 429, everyNth: 3, retryAfter: '1500ms' }
    expect(simulatorSettings({ latency: '1.5s', failure })).toEqual({
      mode: 'Echo',
      replies: [],
      latencyMs: 1500,
      wordDelayMs: 0,
      failure: {
        status: 429,
        message: 'simulated failure',
        everyNth: 3,
        retryAfterSeconds: 2,
        afterWords: undefined,
      },
    })
  })

  it.each([
    [{}, 1],
    [{ percent: 100 }, 1],
    [{ percent: 25 }, 4],
    [{ everyNth: 7 }, 7],
  ])('with failure %o fails every n-th call', (failure, everyNth) => {
    expect(simulatorSettings({ failure })?.failure?.everyNth).toBe(everyNth)
  })

  it('that fails no call in a hundred has no failure', () => {
    expect(simulatorSettings({ failure: { percent: 0 } })?.failure).toBeUndefined()
  })
})

describe('the price of a model', () => {
  it('is in the snapshot as it was written', () => {
    const priced = provider({
      type: 'Simulator',
      models: [
        { name: 'a', price: { inputPerMillion: '0.15', outputPerMillion: '0.6' } },
        { name: 'b' },
      ],
    })
    const models = snapshotOf(priced)?.providers.get('default/p')?.models
    expect(models?.map(({ price }) => price)).toEqual([
      {
        inputPerMillion: '0.15',
        cachedInputPerMillion: undefined,
        cacheWritePerMillion: undefined,
        outputPerMillion: '0.6',
      },
      undefined,
    ])
    expect(conditionsOf(compileAll(priced), 'LLMProvider', 'default/p').Accepted?.status).toBe(
      'True',
    )
  })
})

describe('a cloud', () => {
  const settingsOf = (spec: Record<string, unknown>) =>
    snapshotOf(provider(spec))?.providers.get('default/p')

  it('has the settings of its type, and no others', () => {
    const entra = { tenantID: 't', clientID: 'c' }
    const models = [{ name: 'm', deployment: 'd' }]
    const azure = { resourceName: 'mine', form: 'Deployments', apiVersion: '2024-10-21', entra }
    expect(settingsOf({ type: 'AzureOpenAI', azure, models })).toMatchObject({
      azure: { form: 'Deployments', apiVersion: '2024-10-21', entra },
      vertex: undefined,
      bedrock: undefined,
      models: [{ name: 'm', deployment: 'd' }],
    })
    expect(settingsOf({ type: 'AzureOpenAI', baseURL: 'https://a.test' })?.azure).toEqual({
      form: 'V1',
      apiVersion: undefined,
      entra: undefined,
    })
    expect(settingsOf({ type: 'OpenAI', azure })?.azure).toBeUndefined()
    const authentication = { source: 'WorkloadIdentity' }
    expect(settingsOf({ type: 'AzureOpenAI', azure, authentication })).toMatchObject({
      authentication,
      baseURL: 'https://mine.azure.test',
    })
  })
})

describe('a Service in another namespace', () => {
  const spec = { type: 'OpenAI', backendRef: { name: 'svc', namespace: 'models', port: 80 } }
  const from = { kind: 'LLMProvider', namespace: 'default' }

  it('needs a ReferenceGrant there', () => {
    const result = compileAll(provider(spec))
    expect(result.snapshots.get('default/default')?.providers.has('default/p')).toBe(false)
    expect(conditionsOf(result, 'LLMProvider', 'default/p')).toMatchObject({
      Accepted: { status: 'True' },
      ResolvedRefs: {
        status: 'False',
        reason: 'RefNotPermitted',
        message: expect.stringContaining('spec.backendRef: no ReferenceGrant in namespace models'),
      },
    })
  })

  it.each([
    ['of a Service', { kind: 'Service', group: '' }, true],
    ['of this Service', { kind: 'Service', group: '', name: 'svc' }, true],
    ['of another Service', { kind: 'Service', group: '', name: 'other' }, false],
    ['of Secrets', { kind: 'Secret', group: '' }, false],
  ])('is used with a grant %s: %j is %s', (_, to, used) => {
    const snapshot = snapshotOf(provider(spec), grant('models', from, to))
    const settings = snapshot?.providers.get('default/p')
    expect(settings?.baseURL).toBe(used ? 'http://svc.models.svc/v1' : undefined)
    if (used) expect(settings?.isClusterService).toBe(true)
  })
})

describe('the TLS of a provider', () => {
  const tls = {
    caSecretRef: { name: 'ca' },
    clientCertificateSecretRef: { name: 'client', namespace: 'keys' },
    serverName: 'models.example',
  }
  const from = { kind: 'LLMProvider', namespace: 'default' }

  it('names the keys of its Secrets', () => {
    const secrets = grant('keys', from, { kind: 'Secret', group: '' })
    const snapshot = snapshotOf(provider({ type: 'OpenAI', tls }), secrets)
    expect(snapshot?.providers.get('default/p')?.tls).toEqual({
      ca: { namespace: 'default', name: 'ca', key: 'ca.crt' },
      clientCertificate: {
        certificate: { namespace: 'keys', name: 'client', key: 'tls.crt' },
        key: { namespace: 'keys', name: 'client', key: 'tls.key' },
      },
      serverName: 'models.example',
    })
  })

  it('is never left out: without a permitted Secret there is no provider', () => {
    const result = compileAll(provider({ type: 'OpenAI', tls }))
    expect(result.snapshots.get('default/default')?.providers.has('default/p')).toBe(false)
    expect(conditionsOf(result, 'LLMProvider', 'default/p').ResolvedRefs).toMatchObject({
      reason: 'RefNotPermitted',
      message: expect.stringContaining('spec.tls.clientCertificateSecretRef'),
    })
  })

  it('is undefined by default', () => {
    const settings = snapshotOf(provider({ type: 'OpenAI' }))?.providers.get('default/p')
    expect(settings).toMatchObject({ tls: undefined, isClusterService: false })
  })
})
