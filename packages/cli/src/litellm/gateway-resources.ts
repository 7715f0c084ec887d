import type { Consumer, LLMGateway } from '@fairlead/api'
import type { ApplyOf } from '@fairlead/controller-runtime'
import { presets } from '@fairlead/llm'
import type { ConfigSection } from './config-section.ts'
import type { ConversionNotes } from './conversion-notes.ts'
import type { ConvertedProvider } from './provider-book.ts'
import { durationOf } from './go-duration.ts'
import type { SecretBook } from './secret-book.ts'
import { isPrivateServer } from './server-address.ts'

type GatewaySpec = NonNullable<ApplyOf<LLMGateway>['spec']>
type ConsumerSpec = NonNullable<ApplyOf<Consumer>['spec']>

const bytesMax = 1_073_741_824
/** Fairlead's own, which a longer timeout of a provider has to exceed. */
const requestSecondsDefault = 300

interface GatewayParts {
  readonly general: ConfigSection
  readonly router: ConfigSection
  readonly providers: readonly ConvertedProvider[]
  readonly secrets: SecretBook
  /** The longest timeout of a call, in seconds. */
  readonly longestTimeout: number | undefined
}

/** `spec` of the LLMGateway. */
export function gatewaySpec(parts: GatewayParts): GatewaySpec {
  const { general, longestTimeout = 0, providers } = parts
  const model = general.text('completion_model')
  const megabytes = general.positive('max_request_size_mb')
  const isPrivate = providers.some((each) => isPrivateServer(addressOf(each)))
  const requestTimeout =
    longestTimeout > requestSecondsDefault ? durationOf(longestTimeout) : undefined
  const state = stateOf(parts)
  const limits = {
    ...(megabytes === undefined
      ? {}
      : { maxRequestBytes: Math.min(Math.round(megabytes * 1_048_576), bytesMax) }),
    ...(requestTimeout === undefined ? {} : { requestTimeout }),
  }
  return {
    ...(model === undefined ? {} : { defaults: { model } }),
    ...(isPrivate ? { egress: { privateNetworks: 'Allow' as const } } : {}),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(state === undefined ? {} : { state }),
  }
}

function addressOf({ spec: { baseURL, preset, type } }: ConvertedProvider): string {
  if (type === 'Ollama') return baseURL ?? 'http://127.0.0.1:11434'
  return baseURL ?? presets.get(preset ?? '')?.address ?? 'https://public.example.com'
}

/** Redis, if replicas of LiteLLM share one. */
function stateOf({ router, secrets }: GatewayParts): GatewaySpec['state'] {
  const url = router.take('redis_url')
  const host = router.take('redis_host')
  const [port, password, username, database, ssl] = [
    'redis_port',
    'redis_password',
    'redis_username',
    'redis_db',
    'redis_ssl',
  ].map((key) => router.take(key))
  const scheme = ssl?.boolean() === true ? 'rediss' : 'redis'
  const use =
    url !== undefined
      ? secrets.of(url, 'redis-url')
      : host === undefined
        ? undefined
        : redisSecret()
  return use && { type: 'Redis', redis: { urlSecretRef: use } }

  function redisSecret() {
    const texts = [host, port, password, username, database].map((value) => value?.scalar() ?? '')
    const named = texts.flatMap((text) => /^os\.environ\/(\S+)$/.exec(text)?.[1] ?? [])
    const values = texts.map((text) => secrets.textOf(text))
    const [hostName, portNumber, key, user, db] = values
    if (values.includes(undefined)) {
      const path = texts[4] === '' ? '' : `/${db ?? 'DATABASE'}`
      host?.note('todo', 'a Secret needs the URL of the Redis server: see secrets.yaml')
      return secrets.empty(
        'redis-url',
        `the URL of the Redis server, ${scheme}://USER:PASSWORD@HOST:PORT${path}, from ${named.join(', ')}`,
      )
    }
    if (key !== '')
      password?.note(
        'todo',
        'this password stands in plain text: it is in secrets.yaml now; keep that file to yourself',
      )
    const account = key === '' ? '' : `${user ?? ''}:${encodeURIComponent(key ?? '')}@`
    const path = db === '' ? '' : `/${db}`
    return secrets.ofText(
      `${scheme}://${account}${hostName}:${portNumber || '6379'}${path}`,
      'redis-url',
    )
  }
}

/** The Consumer of the master key, who may use everything. */
export function masterConsumer(
  general: ConfigSection,
  secrets: SecretBook,
  notes: ConversionNotes,
): ConsumerSpec {
  const value = general.take('master_key')
  if (value === undefined) {
    notes.add(
      'changed',
      { line: general.place.line, path: 'general_settings.master_key' },
      'without it LiteLLM takes the variable LITELLM_MASTER_KEY, or lets everybody call: here callers need the key of Consumer litellm-master; spec.auth.mode Disabled of the LLMGateway lets everybody call',
    )
  }
  const secretRef =
    (value && secrets.of(value, 'litellm-master-key')) ?? secrets.ofVariable('LITELLM_MASTER_KEY')
  return { groups: ['litellm-admins'], apiKeys: [{ name: 'master', secretRef }] }
}
