// What the operators that are measured are told, and what they say. Each is a program whose arguments
// are those below; each watches the ConfigMaps of a namespace and reconciles them with one worker,
// which reads the object from the cache.

/** The arguments of an operator, in this order. */
export interface OperatorArguments {
  readonly kubeconfig: string
  readonly namespace: string
  /** How many ConfigMaps there are when it starts. */
  readonly objects: number
  /** The file to which it appends its reports, a line of JSON each. */
  readonly report: string
}

/**
 * A moment in the life of an operator:
 *
 * - `started`: its code is loaded;
 * - `cached`: its first reconcile begins, so its copy is complete;
 * - `reconciled`: every object that existed has been reconciled;
 * - the name of a phase: every change of the phase has been.
 */
export interface OperatorReport {
  readonly phase: string
  /** Since the epoch, with a fraction. */
  readonly atMs: number
  /** User and system time used so far. */
  readonly cpuMs: number
  /** From the write to the reconcile, over the changes of a phase. */
  readonly p50Ms?: number
  readonly p99Ms?: number
}

/** A change of a phase, in which each object is changed at most once. */
interface MarkedChange {
  readonly phase: string
  /** How many changes the phase has. */
  readonly total: number
  /** When the write was sent, since the epoch. */
  readonly sentMicros: number
}

/** What the ConfigMap has under `data.value`. */
export function markText({ phase, total, sentMicros }: MarkedChange): string {
  return `${phase} ${total} ${sentMicros}`
}

/** Undefined if it is the value of no change. */
export function readMark(text: string): MarkedChange | undefined {
  const [phase = '', total, sentMicros] = text.split(' ')
  if (sentMicros === undefined) return undefined
  return { phase, total: Number(total), sentMicros: Number(sentMicros) }
}

/** Now, in microseconds since the epoch. */
export function nowMicros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000)
}
