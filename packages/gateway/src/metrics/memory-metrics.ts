import type { NotesMade } from '@fairlead/context'
import type { Registry } from 'prom-client'
import { Counter } from './counter.ts'

const changes = ['added', 'changed', 'removed', 'dropped'] as const

/** What is counted of notes that models make. */
export class MemoryMetrics {
  readonly #readings: Counter<'outcome'>
  readonly #notes: Counter<'change'>

  constructor(registry: Registry) {
    this.#readings = new Counter(registry, {
      name: 'fairlead_memory_readings_total',
      help: 'Turns that were read for notes, by what came of it: noted, nothing, invalid, failed, or gone where they were deleted meanwhile.',
      labelNames: ['outcome'],
    })
    this.#notes = new Counter(registry, {
      name: 'fairlead_memory_notes_total',
      help: 'Notes that models have added, changed and removed, and changes that were dropped: misshapen, secret, too long, known, or without room.',
      labelNames: ['change'],
    })
  }

  countReading(made: NotesMade): void {
    this.#readings.labels({ outcome: made.outcome }).inc()
    for (const change of changes) {
      if (made[change] > 0) this.#notes.labels({ change }).inc(made[change])
    }
  }
}
