import type { HeaderFields } from '@fairlead/http1'
import type { CohortMatch, RolloutShare } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'

/** Who calls a prompt, as its rollout sees it. */
export interface PromptUser {
  readonly caller: Caller
  readonly headers: HeaderFields
  /** `new` for one that the call creates. */
  readonly conversation: string | undefined
  /** The person for whom the caller acts, as its token or the body says. */
  endUser(): string | undefined
}

/** The shares of a rollout that are for a call: those of its cohorts, or those without one. */
export function sharesFor(
  rollout: readonly RolloutShare[],
  user: Pick<PromptUser, 'caller' | 'headers'>,
): readonly RolloutShare[] {
  const own = rollout.filter(({ match }) => match !== undefined && isIn(match, user))
  return own.length > 0 ? own : rollout.filter(({ match }) => match === undefined)
}

function isIn(
  { consumers, groups, headers: wanted }: CohortMatch,
  { caller, headers }: Pick<PromptUser, 'caller' | 'headers'>,
): boolean {
  return (
    (groups.length === 0 || groups.some((group) => caller.groups.has(group))) &&
    (consumers.length === 0 || consumers.includes(caller.consumer)) &&
    wanted.every(({ name, value }) => headers.get(name) === value)
  )
}
