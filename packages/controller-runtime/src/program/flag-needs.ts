import { FlagError } from './flag.ts'
import { operatorFlags, type OperatorFlagValues } from './operator-flags.ts'

/** Throws a FlagError for those of the flags that are set, but do nothing without the other. */
export function checkNeeds(
  flags: OperatorFlagValues,
  names: readonly (keyof OperatorFlagValues)[],
  needed: keyof OperatorFlagValues,
): void {
  if (flags[needed] !== operatorFlags[needed].default) return
  const idle = names.find((name) => flags[name] !== operatorFlags[name].default)
  if (idle !== undefined) throw new FlagError(`--${idle} needs --${needed}`)
}
