/** Which CPUs the measured program may use, and which the load generator and the upstream. */
interface CorePlan {
  readonly measured: readonly number[]
  readonly load: readonly number[]
  /** For the output: how the CPUs are shared. */
  readonly description: string
}

/** What decides how CPUs are shared. */
export interface CoreSituation {
  /** The CPUs that this process may use. */
  readonly allowed: readonly number[]
  /** The CPUs that share a core with the first allowed one, itself included. */
  readonly siblings: readonly number[]
  /** Whether the program `taskset` is there. */
  readonly canPin: boolean
}

/**
 * Gives the measured program the first `width` CPUs and everything else the rest, without those
 * that share a core with a measured one if any are left. Undefined when that is not possible.
 */
export function planCores(situation: CoreSituation, width = 1): CorePlan | undefined {
  const { allowed, siblings, canPin } = situation
  const measured = allowed.slice(0, width)
  const others = allowed.slice(width)
  if (!canPin || others.length === 0) return undefined
  const apart = others.filter((cpu) => !siblings.includes(cpu))
  const load = apart.length > 0 ? apart : others
  const sharing = apart.length > 0 ? '' : ', which share one core'
  return {
    measured,
    load,
    description: `measured on CPU ${measured.join(', ')}; load and upstream on CPU ${load.join(', ')}${sharing}`,
  }
}

/** Reads a list of CPUs as Linux prints it: `0-2,5` are 0, 1, 2 and 5. */
export function readCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
}
