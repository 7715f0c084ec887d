import type { Clock } from '@fairlead/base'
import { StatusError } from '@fairlead/kube-core'

import type { ApiRequest } from '../exchange/api-request.ts'
import type { Handled, StreamResponse } from '../exchange/api-response.ts'
import type { RequestMetrics } from '../metrics/request-metrics.ts'
import type { Registry } from '../resources/registry.ts'
import { labelsOf } from './request-labels.ts'
import type { ResourcePath } from './request-path.ts'

interface Measured {
  /** The answer's status, once it is known. */
  done(code: number): void
  /** The answer streams until the returned function is called. */
  streams(): () => void
}

/** Measures requests while they are handled; streams until they end. */
export class RequestMeter {
  readonly #metrics: RequestMetrics
  readonly #registry: Pick<Registry, 'find'>
  readonly #clock: Pick<Clock, 'monotonicMs'>

  constructor(
    metrics: RequestMetrics,
    registry: Pick<Registry, 'find'>,
    clock: Pick<Clock, 'monotonicMs'>,
  ) {
    this.#metrics = metrics
    this.#registry = registry
    this.#clock = clock
  }

  measure(
    request: ApiRequest,
    path: ResourcePath | undefined,
    handle: () => Handled | Promise<Handled>,
  ): Handled | Promise<Handled> {
    const measured = this.#begin(request, path)
    try {
      const handled = handle()
      if (!(handled instanceof Promise)) return finished(measured, handled)
      return handled.then(
        (answer) => finished(measured, answer),
        (error: unknown) => failed(measured, error),
      )
    } catch (error) {
      return failed(measured, error)
    }
  }

  #begin(request: ApiRequest, path: ResourcePath | undefined): Measured {
    const startedMs = this.#clock.monotonicMs()
    // What the server serves at the beginning: the request may take a definition away.
    const labels = labelsOf(request, path, this.#registry)
    const done = (code: number): void =>
      this.#metrics.answered(labels, code, (this.#clock.monotonicMs() - startedMs) / 1_000)
    return {
      done,
      streams: () => {
        const ends = this.#metrics.runs(labels)
        return () => {
          ends()
          done(200)
        }
      },
    }
  }
}

function finished(measured: Measured, handled: Handled): Handled {
  if ('start' in handled) return endingWith(handled, measured.streams())
  measured.done(handled.status)
  return handled
}

function failed(measured: Measured, error: unknown): never {
  measured.done(error instanceof StatusError ? error.code : 500)
  throw error
}

function endingWith(stream: StreamResponse, ended: () => void): StreamResponse {
  return {
    contentType: stream.contentType,
    start: (to) => stream.start(to),
    resume: () => stream.resume(),
    stop() {
      stream.stop()
      ended()
    },
  }
}
