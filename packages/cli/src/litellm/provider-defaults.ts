import type { ConfigSection, ConfigValue } from './config-section.ts'
import { durationOf } from './go-duration.ts'
import type { ProviderSpec } from './provider-draft.ts'

/** What holds for every provider, unless a deployment says otherwise. */
export interface ProviderDefaults {
  readonly timeout: number | undefined
  readonly streamTimeout: number | undefined
  readonly maxParallelRequests: number | undefined
  readonly health: ProviderSpec['health']
  /** Whether parameters that a provider does not know are left out. */
  readonly dropParams: boolean | undefined
  /** `default_litellm_params`. */
  readonly params: ConfigSection
}

/** Sections in which a setting may stand; the first that has it wins. */
export type Settings = readonly ConfigSection[]

/** The setting of the first section that has it; the same in another one is told to be without effect. */
export function settingOf(settings: Settings, key: string): ConfigValue | undefined {
  const [first, ...others] = settings.flatMap((section) => section.take(key) ?? [])
  for (const other of others) other.note('note', `${first?.path} is used instead, as by LiteLLM`)
  return first
}

const failuresMax = 1000

/** Reads what `router_settings` and `litellm_settings` say of all deployments. */
export function readProviderDefaults(settings: Settings, general: ConfigSection): ProviderDefaults {
  return {
    timeout: timeoutOf(settings),
    streamTimeout: streamTimeoutOf(settingOf(settings, 'stream_timeout')),
    maxParallelRequests:
      settingOf(settings, 'default_max_parallel_requests')?.count() ??
      general.count('max_parallel_requests'),
    health: healthOf(settings),
    dropParams: settingOf(settings, 'drop_params')?.boolean(),
    params:
      settings[0]?.section('default_litellm_params') ?? general.section('default_litellm_params'),
  }
}

/** How long a stream may be silent, which is told to be another thing. */
export function streamTimeoutOf(value: ConfigValue | undefined): number | undefined {
  value?.note(
    'changed',
    'it is the longest silence within an answer now (spec.timeouts.idle); the first content has the time of timeout',
  )
  return value?.number()
}

function timeoutOf(settings: Settings): number | undefined {
  const timeout = settingOf(settings, 'timeout')
  const request = settingOf(settings, 'request_timeout')
  if (timeout !== undefined) request?.note('note', `${timeout.path} is used instead, as by LiteLLM`)
  return (timeout ?? request)?.number()
}

function healthOf(settings: Settings): ProviderSpec['health'] {
  const fails = settingOf(settings, 'allowed_fails')
  const cooldown = settingOf(settings, 'cooldown_time')
  const isOff = settingOf(settings, 'disable_cooldowns')?.boolean() === true
  if (isOff) return { maxEjectedPercent: 0 }
  const allowed = fails?.number()
  const ejectFor = durationOf(cooldown?.number())
  if (allowed === undefined && ejectFor === undefined) return undefined
  const place = fails ?? cooldown
  place?.note(
    'changed',
    'failures count if they follow one another (spec.health of the LLMProvider), and each ejection without a success lasts twice as long as the one before',
  )
  return {
    ...(allowed === undefined
      ? {}
      : { failures: Math.min(Math.max(1, allowed + 1), failuresMax), window: '60s' }),
    ...(ejectFor === undefined ? {} : { ejectFor }),
    ...((cooldown?.number() ?? 0) > 300 && ejectFor !== undefined ? { maxEjectFor: ejectFor } : {}),
  }
}
