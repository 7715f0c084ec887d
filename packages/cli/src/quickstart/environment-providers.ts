import { LLMGateway, LLMProvider, RoutingPolicy } from '@fairlead/api'
import type { ApplyOf, Client } from '@fairlead/controller-runtime'
import {
  apiVersionOf,
  isConflict,
  isNotFound,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { UsageError } from '../usage-error.ts'

const namespace = 'default'
/**
 * Field manager of what the environment configures, so that changing a variable changes only that.
 */
const fieldManager = 'fairlead-environment'

/** Maximum number of conflicts with other writers of the gateway. */
const conflictAttemptsMax = 10

/** A vendor whose well-known variable configures a provider. */
interface VendorVariable {
  readonly variable: string
  readonly name: string
  readonly type: LLMProvider['spec']['type']
  /** Models that are routed to this vendor. */
  readonly models: readonly string[]
}

const keyVariables: readonly VendorVariable[] = [
  {
    variable: 'OPENAI_API_KEY',
    name: 'openai',
    type: 'OpenAI',
    models: ['gpt-*', 'chatgpt-*', 'o1*', 'o3*', 'o4*'],
  },
  { variable: 'ANTHROPIC_API_KEY', name: 'anthropic', type: 'Anthropic', models: ['claude-*'] },
  { variable: 'GEMINI_API_KEY', name: 'gemini', type: 'Gemini', models: ['gemini-*'] },
]

/**
 * For each vendor whose variable is set: a Secret, an LLMProvider and a rule that routes the
 * vendor's models to it; OLLAMA_HOST adds a provider for every model that nobody else serves.
 * Throws UsageError for a value that cannot be used.
 */
export async function applyEnvironmentProviders(
  client: Client,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const ollama = environment['OLLAMA_HOST'] ?? ''
  const baseURL = ollama === '' ? undefined : ollamaBaseURL(ollama)
  const vendors = keyVariables.filter(({ variable }) => isSet(environment[variable]))
  const apply = <T extends TypedObject>(
    type: Parameters<typeof client.apply<T>>[0],
    object: Parameters<typeof client.apply<T>>[1],
  ) => client.apply<T>(type, object, { fieldManager, force: true, signal })

  for (const { variable, name, type, models } of vendors) {
    const value = Buffer.from(environment[variable] ?? '').toString('base64')
    await apply(Secret, secret(name, { 'api-key': value }))
    await apply(LLMProvider, provider(name, { type, credentials: [credential(name)] }))
    await apply(RoutingPolicy, routingPolicy(name, models))
  }

  if (baseURL === undefined) return
  await apply(LLMProvider, provider('ollama', { type: 'Ollama', baseURL }))
  await addDefaultProvider(client, 'ollama', signal)
}

/**
 * OLLAMA_HOST as Ollama reads it: a host, a host with a port, a port of this machine, or a URL;
 * port 11434 by default, except for a URL. Throws UsageError, without the user and password.
 */
export function ollamaBaseURL(host: string): string {
  const isURL = host.includes('://')
  const text = isURL ? host : `http://${host.startsWith(':') ? '127.0.0.1' : ''}${host}`
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const shown = host.replace(/^([a-z]+:\/\/)?.*@/is, '$1')
    throw new UsageError(`OLLAMA_HOST is "${shown}": expected host, host:port or URL`)
  }
  // The text, because a URL drops the default port of its scheme.
  if (!isURL && !/:\d+(?:\/|$)/.test(host)) url.port = '11434'
  // 0.0.0.0 is an address to listen on, not to connect to.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  return `${url.origin}/v1`
}

function header(type: ResourceType, name: string) {
  return { apiVersion: apiVersionOf(type), kind: type.kind, metadata: { namespace, name } }
}

function secret(name: string, data: Record<string, string>): ApplyOf<Secret> {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data }
}

function provider(name: string, spec: ApplyOf<LLMProvider>['spec']) {
  return { ...header(LLMProvider, name), spec }
}

function credential(name: string) {
  return { name: 'main', secretRef: { name, key: 'api-key' } }
}

/** One policy per vendor: an error in one does not affect the others. */
function routingPolicy(name: string, models: readonly string[]) {
  const rule = {
    name: 'models',
    match: { models: [...models] },
    strategy: 'Priority' as const,
    targets: [{ name, providerRef: { name } }],
  }
  return {
    ...header(RoutingPolicy, name),
    spec: { gatewayRefs: [{ name: 'default' }], rules: [rule] },
  }
}

/**
 * Appends a provider to the default gateway's last-resort providers. The list is owned as a whole
 * by whoever wrote it, so it is read and written back; without a default gateway nothing is done.
 */
async function addDefaultProvider(
  client: Client,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const gateway = await client.get(LLMGateway, { namespace, name: 'default' }, { signal })
      const { defaults } = gateway.spec
      const providers = defaults?.providers ?? []
      if (providers.some((each) => each.name === name && isOurs(each.namespace))) return
      const spec = {
        ...gateway.spec,
        defaults: { ...defaults, providers: [...providers, { name }] },
      }
      await client.update(LLMGateway, { ...gateway, spec }, { fieldManager, signal })
      return
    } catch (error) {
      if (isNotFound(error)) return
      if (!isConflict(error) || attempt === conflictAttemptsMax) throw error
    }
  }
}

/** A reference without a namespace is to the namespace of the gateway, which is ours. */
function isOurs(other: string | undefined): boolean {
  return other === undefined || other === namespace
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
