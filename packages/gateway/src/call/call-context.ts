import type { HeaderFields } from '@fairlead/http1'
import { type JsonObject, numberOrUndefined } from '@fairlead/base'
import type { ConcurrencyMode } from '@fairlead/context'
import { invalidField, readNonEmptyString, readObject, readOptional } from '@fairlead/llm'
import { isSdkRetry } from './sdk-retry.ts'

/**
 * What the caller selects by headers, or by `context` in the body: conversation, persona, strategy,
 * prompt.
 */
export interface CallContext {
  readonly conversation: string | undefined
  readonly persona: string | undefined
  readonly strategy: string | undefined
  /** `name` or `name@version`. */
  readonly prompt: string | undefined
  readonly variables: JsonObject
  /** The branch to continue. */
  readonly branch: string | undefined
  /** The turn whose question is asked again; `last` for the newest. */
  readonly regenerate: string | undefined
  /** The turn whose place the new input takes; `last` for the newest. */
  readonly edit: string | undefined
  /** The subject of a conversation that the call creates. */
  readonly subject: string | undefined
  readonly expectedRevision: number | undefined
  readonly idempotencyKey: string | undefined
  /** Whether the caller's SDK says that it sends the call again. */
  readonly isRetry: boolean
  /** What happens to the call when its caller disconnects; undefined where the strategy says it. */
  readonly onDisconnect: 'Continue' | 'Cancel' | undefined
  /** What it does when another turn of its conversation runs, if not what the strategy says. */
  readonly onConcurrent: ConcurrencyMode | undefined
}

const knownFields = new Set([
  'conversation',
  'persona',
  'strategy',
  'prompt',
  'variables',
  'branch',
  'regenerate',
  'edit',
  'subject',
  'expected_revision',
  'on_disconnect',
  'on_concurrent',
])

const onDisconnect = { continue: 'Continue', cancel: 'Cancel' } as const
const onConcurrent = { queue: 'Queue', interrupt: 'Interrupt', reject: 'Reject' } as const

/**
 * Headers take precedence over the body. An unknown field is rejected, so that a typo does not go
 * unnoticed.
 */
export function readCallContext(headers: HeaderFields, value: unknown): CallContext {
  const body = readOptional(value, 'context', readObject) ?? {}
  const unknown = Object.keys(body).find((name) => !knownFields.has(name))
  if (unknown !== undefined) {
    throw invalidField(
      `context.${unknown}`,
      `there is no such field; use one of ${[...knownFields].join(', ')}.`,
    )
  }
  const given = (name: string) =>
    shortName(readOptional(body[name], `context.${name}`, readNonEmptyString), `context.${name}`)
  const named = (name: string) =>
    shortName(readHeader(headers, `x-fairlead-${name}`), `context.${name}`) ?? given(name)
  return {
    conversation: named('conversation'),
    persona: named('persona'),
    strategy: named('strategy'),
    prompt: named('prompt'),
    variables: readOptional(body['variables'], 'context.variables', readObject) ?? {},
    branch: named('branch'),
    regenerate: given('regenerate'),
    edit: given('edit'),
    subject: named('subject'),
    expectedRevision: readExpectedRevision(headers.get('if-match'), body['expected_revision']),
    idempotencyKey: shortName(readHeader(headers, 'Idempotency-Key'), 'Idempotency-Key'),
    isRetry: isSdkRetry(headers),
    onDisconnect: readChoice(
      readHeader(headers, 'x-fairlead-on-disconnect') ?? body['on_disconnect'],
      'context.on_disconnect',
      onDisconnect,
    ),
    onConcurrent: readChoice(body['on_concurrent'], 'context.on_concurrent', onConcurrent),
  }
}

function readChoice<T>(
  value: unknown,
  param: string,
  choices: Readonly<Record<string, T>>,
): T | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && Object.hasOwn(choices, value)) return choices[value]
  const words = Object.keys(choices).map((word) => `"${word}"`)
  throw invalidField(param, `it must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`)
}

/** Long enough for the namespace, name and version of a resource. */
const nameLengthMax = 512

function shortName(name: string | undefined, param: string): string | undefined {
  if (name === undefined || name.length <= nameLengthMax) return name
  throw invalidField(param, `it has more than ${nameLengthMax} characters.`)
}

/** An empty header is as wrong as an empty field: a name that was lost on the way selects nothing. */
function readHeader(headers: HeaderFields, name: string): string | undefined {
  const value = headers.get(name.toLowerCase())
  if (value !== '') return value
  throw invalidField(name, 'it must not be empty; leave it out instead.')
}

/** The revision that `If-Match`, or a field of the body, asks for; undefined for any. */
export function readExpectedRevision(
  ifMatch: string | undefined,
  value: unknown,
): number | undefined {
  if (ifMatch !== undefined && ifMatch !== '*') {
    const digits = /^(?:"(\d{1,15})"|(\d{1,15}))$/.exec(ifMatch)
    if (digits === null) throw invalidField('If-Match', 'it must be a revision such as "17".')
    return Number(digits[1] ?? digits[2])
  }
  if (value === undefined || value === null) return undefined
  const revision = numberOrUndefined(value)
  if (!isRevision(revision)) {
    throw invalidField('context.expected_revision', 'it must be a whole number.')
  }
  return revision
}

function isRevision(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0
}
