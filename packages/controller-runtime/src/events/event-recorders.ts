import { aborted } from '@fairlead/base'
import type { Runnable } from '../runnable.ts'
import { RunnableGroup } from '../runnable-group.ts'
import { EventRecorder, type EventRecorderOptions } from './event-recorder.ts'

/** The event recorders of one API server, one for each component that asks. */
export class EventRecorders implements Runnable {
  readonly needLeaderElection = false
  readonly #options: Omit<EventRecorderOptions, 'component'>
  readonly #known = new Map<string, EventRecorder>()
  readonly #group: RunnableGroup

  constructor(options: Omit<EventRecorderOptions, 'component'>) {
    this.#options = options
    this.#group = new RunnableGroup((error) => {
      options.logger.error({ err: error }, 'no events can be recorded any more')
    })
  }

  /** The recorder that reports as the component. */
  get(component: string): EventRecorder {
    const known = this.#known.get(component)
    if (known !== undefined) return known
    const recorder = new EventRecorder({ ...this.#options, component })
    this.#known.set(component, recorder)
    this.#group.add(recorder)
    return recorder
  }

  /** Writes events until the signal aborts, and then what is still queued. */
  async start(signal: AbortSignal): Promise<void> {
    this.#group.start()
    await aborted(signal)
    await this.#group.stop()
  }
}
