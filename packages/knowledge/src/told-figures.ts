import { countOrZero, objectOrEmpty, parseJsonOrUndefined } from '@fairlead/base'

/** What a process tells of a source that it refreshed, beside what the index says itself. */
interface ToldFigures {
  readonly failures: number
  readonly problems: readonly string[]
  readonly lastRefreshMs: number | undefined
  readonly lastSuccessMs: number | undefined
  readonly nextRefreshMs: number | undefined
  readonly lastProblem: string | undefined
}

/** Reads what another process, perhaps of another version, has told. Nothing where it told nothing yet. */
export function readTold(text: string | undefined): Partial<ToldFigures> {
  if (text === undefined) return {}
  const told = objectOrEmpty(parseJsonOrUndefined(text))
  const { lastProblem, problems } = told
  const timeOf = (name: string) => (typeof told[name] === 'number' ? told[name] : undefined)
  return {
    failures: countOrZero(told['failures']),
    problems: Array.isArray(problems) ? problems.map(String).slice(0, 100) : [],
    lastRefreshMs: timeOf('lastRefreshMs'),
    lastSuccessMs: timeOf('lastSuccessMs'),
    nextRefreshMs: timeOf('nextRefreshMs'),
    lastProblem: typeof lastProblem === 'string' ? lastProblem : undefined,
  }
}
