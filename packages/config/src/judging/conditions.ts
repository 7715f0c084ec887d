import type { Condition } from '@fairlead/kube-core'
import type { ReferenceProblem } from './findings.ts'
import type { Judged } from './judged.ts'
import type { ConditionType } from './kind-compiler.ts'
import { noticeReasons, type Notice } from './notices.ts'

/** A condition without its times. */
export type PlannedCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** Longest list of problems in a message; the rest are counted. */
const problemsMax = 8
/** Conditions hold 32,768 characters; a list of problems is cut well before. */
const messageLengthMax = 8192

/** The conditions that every kind has. */
export const commonConditionTypes: readonly ConditionType[] = [
  {
    type: 'Accepted',
    reasons: {
      True: ['Accepted', 'PartiallySupported', ...noticeReasons],
      False: [
        'Invalid',
        'UnsupportedOnStreams',
        'Conflicted',
        'NoMatchingGateway',
        'NotAllowedByGateway',
      ],
    },
  },
  {
    type: 'ResolvedRefs',
    reasons: {
      True: ['ResolvedRefs'],
      False: [
        'RefNotFound',
        'RefNotPermitted',
        'SecretKeyMissing',
        'SecretInvalid',
        'IssuerUnavailable',
      ],
    },
  },
]

/** Why a resource that is valid in itself is not accepted. */
export interface Refusal {
  readonly reason: 'Conflicted' | 'NoMatchingGateway' | 'NotAllowedByGateway' | 'RefNotFound'
  readonly message: string
}

/**
 * `Accepted` and `ResolvedRefs` of a resource. `notices` are what its author should know because of
 * others.
 */
export function commonConditions(
  judged: Judged,
  refusal: Refusal | undefined,
  notices: readonly Notice[] = [],
): readonly PlannedCondition[] {
  return [
    acceptedCondition(judged, refusal, notices),
    resolvedRefsCondition(judged.referenceProblems),
  ]
}

/**
 * `Accepted`: what is invalid decides first, then the refusal, then fields that are not implemented,
 * then what the author should know.
 */
export function acceptedCondition(
  { invalid, onStreams, unsupported, notices }: Judged,
  refusal: Refusal | undefined,
  others: readonly Notice[] = [],
): PlannedCondition {
  const type = 'Accepted'
  if (invalid.length > 0) {
    const reason = onStreams.length === invalid.length ? 'UnsupportedOnStreams' : 'Invalid'
    return { type, status: 'False', reason, message: listed(invalid) }
  }
  if (refusal) return { type, status: 'False', ...refusal }
  const known = byUrgency([...others, ...notices])
  const texts = listed([...new Set(known.map(({ message }) => message))])
  if (unsupported.length > 0) {
    const fields = `Accepted, but these fields are not implemented yet: ${listed(unsupported)}`
    const message = known.length > 0 ? bounded(`${fields}. ${texts}`) : fields
    return { type, status: 'True', reason: 'PartiallySupported', message }
  }
  const [first] = known
  if (first !== undefined) {
    const message = bounded(`Accepted, but ${texts}`)
    return { type, status: 'True', reason: first.reason, message }
  }
  return { type, status: 'True', reason: 'Accepted', message: 'Accepted' }
}

function byUrgency(notices: readonly Notice[]): readonly Notice[] {
  const rank = ({ reason }: Notice) => noticeReasons.indexOf(reason)
  return notices.toSorted((left, right) => rank(left) - rank(right))
}

function resolvedRefsCondition(problems: readonly ReferenceProblem[]): PlannedCondition {
  const type = 'ResolvedRefs'
  const first = problems[0]
  if (first === undefined) {
    return { type, status: 'True', reason: 'ResolvedRefs', message: 'All references are resolved' }
  }
  const message = listed(problems.map((problem) => problem.message))
  return { type, status: 'False', reason: first.reason, message }
}

/** Joins problems into one message of bounded length: the first ones, and how many more there are. */
export function listed(problems: readonly string[]): string {
  const named = bounded(problems.slice(0, problemsMax).join('; '))
  const more = problems.length - problemsMax
  return more > 0 ? `${named}; and ${more} more` : named
}

/** A message that fits into a condition: what is longer is cut. */
export function bounded(message: string): string {
  return message.length > messageLengthMax ? `${message.slice(0, messageLengthMax - 1)}…` : message
}
