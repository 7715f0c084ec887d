import type { HeaderFields } from '@fairlead/http1'
import type { Dialect } from '@fairlead/llm'
import type { Caller } from '../access/caller.ts'
import type { CallRequest } from '../call/call-request.ts'
import type { Call } from '../call/call.ts'
import type { HttpCall } from '../call/http-call.ts'
import type { Services } from '../call/services.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** An API that callers can use: the paths it serves, and the dialect its callers speak. */
export interface Surface {
  readonly name: string
  /** Also used for the errors that its callers get. */
  readonly dialect: Dialect
  /** For paths that several APIs share: the dialect of a caller, by what its SDK sends. */
  dialectOf?(headers: HeaderFields): Dialect
  /** The query parameter in which its SDKs may send a key. */
  readonly keyParameter?: string
  readonly routes: readonly SurfaceRoute[]
}

export type SurfaceRoute = CallRoute | AnswerRoute

interface RoutePath {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /**
   * `/v1/models/{model}`: each `{name}` stands for one segment, a last `{name...}` for the rest, whose
   * end may follow it: `{model...}:countTokens`.
   */
  readonly path: string
  /** Matches an additional path of the route, given by the configuration. */
  findAt?(path: string, runtime: Runtime): PathParameters | undefined
}

/** By name, percent-decoded. */
export type PathParameters = Readonly<Record<string, string>>

/** A route that is answered by a model. */
export interface CallRoute extends RoutePath {
  /** The dialect of its answers, where that depends on the query. Defaults to the surface's. */
  dialectOf?(query: URLSearchParams): Dialect
  /**
   * Checks what can be checked before the body is read, and returns the reader of the body. Both
   * throw a ModelError that says what is wrong with the call.
   */
  reader(call: Call, parameters: PathParameters): (body: Buffer) => CallRequest
}

/** A route that is answered by the gateway itself with status 200: with JSON, or an `EventStream`. */
export interface AnswerRoute extends RoutePath {
  /** Whether a provider may be asked, so that it counts among the running calls. Defaults to false. */
  readonly asksProvider?: boolean
  /** Throws a ModelError if it cannot answer. */
  answer(request: SurfaceRequest): object | Promise<object>
}

/** A request that the gateway itself answers, with its caller. */
export interface SurfaceRequest {
  readonly http: HttpCall
  readonly parameters: PathParameters
  readonly query: URLSearchParams
  readonly dialect: Dialect
  readonly caller: Caller
  readonly runtime: Runtime
  readonly services: Services
}
