import { StatusError } from '@fairlead/kube-core'

import type { Access } from '../auth/access.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { Handled } from '../exchange/api-response.ts'
import type { RequestInterceptor } from '../exchange/request-interceptor.ts'
import { accessOf } from '../http/request-access.ts'
import { parseResourcePath } from '../http/request-path.ts'

/** A request that came over a connection and was allowed, in the terms of RBAC. */
export interface ObservedRequest extends Access {
  readonly user: string
  /** Of the answer; undefined where there was none. A watch has 200. */
  readonly status: number | undefined
}

/** Told of a request once it is answered, or once its stream begins. Must not throw. */
export type RequestObserver = (request: ObservedRequest) => void

/** Who wants to know of the requests that a server is asked. Without any it costs nothing. */
export class RequestObservers {
  readonly #observers = new Set<RequestObserver>()

  /** Tells the observer of each request from now on; what it returns ends that. */
  add(observer: RequestObserver): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  /** The interceptor, of whose answers the observers are told. */
  around(interceptor: RequestInterceptor): RequestInterceptor {
    return (request, proceed) =>
      this.#observers.size === 0
        ? interceptor(request, proceed)
        : this.#observed(request, () => interceptor(request, proceed))
  }

  async #observed(request: ApiRequest, handle: () => Handled | Promise<Handled>): Promise<Handled> {
    let status: number | undefined
    try {
      const answer = await handle()
      status = 'start' in answer ? 200 : answer.status
      return answer
    } catch (error) {
      status = statusOf(error)
      throw error
    } finally {
      const access = accessOf(request, parseResourcePath(request.path))
      const observed = { ...access, user: request.user.name, status }
      for (const observer of this.#observers) observer(observed)
    }
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof StatusError ? error.code : undefined
}
