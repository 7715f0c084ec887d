import { hash } from 'node:crypto'
import type { PromptTarget, PromptTargets } from '@fairlead/context'
import { chatFormatOf, type Dialect, type ResponseFormat } from '@fairlead/llm'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { itemRefuser, refusalOf } from './item-refuser.ts'

/** Enough to tell accounts and addresses apart, and too little to find a key by trying. */
const digestDigits = 12

/** What a prompt depends on beside its target. */
interface PromptCircumstances {
  /** The caller's dialect, which decides in which API the target is asked. */
  readonly dialect: Dialect
  readonly responseFormat: ResponseFormat | undefined
  /** The key that the target is asked with; undefined without one. */
  readonly secret: string | undefined
}

/** A target as prompts are made for it. */
export function promptTarget(
  target: CallTarget,
  { dialect, responseFormat, secret }: PromptCircumstances,
): PromptTarget {
  const { facts, model, name, provider } = target
  const { baseURL, type } = provider.settings
  return {
    name,
    provider: provider.key,
    // Callers see it with their turns, and no address of a provider is theirs to know.
    platform: baseURL === '' ? type : `${type} ${digestOf(baseURL)}`,
    model,
    account: accountOf(provider, secret),
    window: facts?.contextWindow,
    // What a provider refuses is its own. The form of an answer is asked for in the system prompt where the API has no field for it.
    rendering: JSON.stringify([
      target.apiFor(dialect).dialect.name,
      provider.key,
      responseFormat ?? null,
    ]),
    refuse: itemRefuser(target, dialect),
    refusal: refusalOf(target, dialect),
    cacheMarks: takesCacheMarks(target, dialect),
    takesCacheKey: target.apiFor(dialect).takesCacheKey === true,
    compacts: target.apiFor(dialect).compacts === true,
  }
}

/**
 * The targets of a route as prompts are made for them, each with the key with which it is probably
 * asked. Which one it is shows at its attempt, also where callers bring theirs.
 */
export function probableTargets(
  targets: readonly CallTarget[],
  circumstances: Omit<PromptCircumstances, 'secret'>,
): PromptTargets {
  const [first, ...others] = targets.map((target) => {
    const { credentials, settings } = target.provider
    const isKeyed = settings.authentication.source === 'Credentials'
    const [secret, ...more] = isKeyed ? credentials.map(({ value }) => value) : []
    const probable = promptTarget(target, { ...circumstances, secret })
    return more.length === 0 ? probable : { ...probable, otherAccounts: more.map(digestOf) }
  })
  if (first === undefined) throw new Error('a matched route has a target')
  return [first, ...others]
}

function takesCacheMarks(target: CallTarget, caller: Dialect): boolean {
  const { dialect, encoding } = target.apiFor(caller)
  return chatFormatOf(dialect).support(target.model, encoding.quirks).CacheControl === 'Native'
}

function accountOf({ settings }: ProviderRuntime, secret: string | undefined): string {
  if (settings.authentication.source === 'WorkloadIdentity') return 'workload-identity'
  return secret === undefined ? '' : digestOf(secret)
}

/** Whether a key is that of an account, as `promptTarget` has it. */
export function isOfAccount(secret: string, account: string): boolean {
  return digestOf(secret) === account
}

function digestOf(text: string): string {
  return hash('sha256', text).slice(0, digestDigits)
}
