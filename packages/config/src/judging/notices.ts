import type { PlannedCondition } from './conditions.ts'

/**
 * Why an accepted resource does not do what its author may expect, the most urgent first. Reasons of
 * a condition `Accepted` that is True.
 */
export const noticeReasons = [
  'Shadowed',
  'ModelNotListed',
  'ModelNotRouted',
  'VariableNotDeclared',
  'Unused',
] as const

/** What the author of an accepted resource should know. */
export interface Notice {
  readonly reason: (typeof noticeReasons)[number]
  /** Says what is the matter and what to do; continues "Accepted, but ". */
  readonly message: string
}

/** Reasons of conditions that are True, and worth a warning all the same. */
const warnedReasons: readonly string[] = ['PartiallySupported', ...noticeReasons, 'Expiring']
/** Reasons of conditions that are False because somebody wants it so. */
const wantedReasons: readonly string[] = ['NotRequested', 'Shadow']

/** Whether a condition tells of something that its reader should look at, and did not ask for. */
export function isWarning({
  status,
  reason,
}: Pick<PlannedCondition, 'status' | 'reason'>): boolean {
  return status === 'False' ? !wantedReasons.includes(reason) : warnedReasons.includes(reason)
}
