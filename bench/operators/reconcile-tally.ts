import { appendFileSync } from 'node:fs'
import {
  nowMicros,
  readMark,
  type OperatorArguments,
  type OperatorReport,
} from './operator-terms.ts'

/** Counts the reconciles of an operator on Node.js and reports as `OperatorReport` says. */
export class ReconcileTally {
  readonly #report: string
  readonly #seen = new Set<string>()
  #latenciesMs: number[] = []
  /** How many objects there are at the start; 0 once all of them have been reconciled. */
  #initial: number
  #phase = ''

  constructor({ objects, report }: OperatorArguments) {
    this.#report = report
    this.#initial = objects
    this.#tell({ phase: 'started' })
  }

  /** @param value what the object has under `data.value` */
  reconciled(key: string, value: string): void {
    if (this.#initial > 0) this.#reconciledFirst(key)
    else this.#reconciledChange(key, value)
  }

  #reconciledFirst(key: string): void {
    if (this.#seen.size === 0) this.#tell({ phase: 'cached' })
    this.#seen.add(key)
    if (this.#seen.size < this.#initial) return
    this.#initial = 0
    this.#tell({ phase: 'reconciled' })
  }

  #reconciledChange(key: string, value: string): void {
    const mark = readMark(value)
    if (mark === undefined) return
    if (mark.phase !== this.#phase) {
      this.#phase = mark.phase
      this.#seen.clear()
      this.#latenciesMs = []
    }
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.#latenciesMs.push((nowMicros() - mark.sentMicros) / 1000)
    if (this.#seen.size < mark.total) return
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b)
    const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0
    this.#tell({ phase: mark.phase, p50Ms: at(0.5), p99Ms: at(0.99) })
  }

  #tell(report: Omit<OperatorReport, 'atMs' | 'cpuMs'>): void {
    const { user, system } = process.cpuUsage()
    const now = { atMs: nowMicros() / 1000, cpuMs: (user + system) / 1000 }
    appendFileSync(this.#report, `${JSON.stringify({ ...report, ...now })}\n`)
  }
}

/** Reads the arguments of this process, from the given one on. */
export function operatorArguments(first: number): OperatorArguments {
  const [kubeconfig = '', namespace = '', objects = '', report = ''] = process.argv.slice(first)
  return { kubeconfig, namespace, objects: Number(objects), report }
}
