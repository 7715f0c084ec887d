import { gatewayError } from '../errors/gateway-error.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { PathParameters, Surface, SurfaceRoute } from './surface.ts'

/** The route of a request, with the parameters in its path. */
export interface FoundRoute {
  readonly surface: Surface
  readonly route: SurfaceRoute
  readonly parameters: PathParameters
}

interface Entry {
  readonly surface: Surface
  readonly route: SurfaceRoute
  readonly segments: readonly string[]
}

const noParameters: PathParameters = {}

/** The routes of all surfaces in one table. */
export class Router {
  readonly #exact = new Map<string, FoundRoute[]>()
  readonly #all: Entry[] = []
  readonly #patterns: Entry[] = []
  readonly #configured: Entry[] = []
  readonly #served: readonly string[]

  constructor(surfaces: readonly Surface[]) {
    for (const surface of surfaces) {
      for (const route of surface.routes) {
        const entry = { surface, route, segments: route.path.split('/') }
        this.#all.push(entry)
        if (route.path.includes('{')) this.#patterns.push(entry)
        else this.#addExact({ surface, route, parameters: noParameters })
        if (route.findAt !== undefined) this.#configured.push(entry)
      }
    }
    this.#served = surfaces.flatMap(({ routes }) =>
      routes.map(({ method, path }) => `${method} ${path}`),
    )
  }

  /**
   * The route of a request. Throws `unknown_url` or `method_not_allowed` after passing to `refused`
   * the surface whose callers most likely asked, and the methods of the path, if it has any.
   */
  find(
    method: string,
    path: string,
    runtime: Runtime,
    refused: (surface: Surface | undefined, methods: readonly string[]) => void,
  ): FoundRoute {
    const candidates = this.#candidates(path, runtime)
    const found = candidates.find(({ route }) => route.method === method)
    if (found !== undefined) return found
    const [candidate] = candidates
    const other = candidate === undefined ? this.#nearest(path) : this.#actions(method, candidate)
    if (candidate === undefined || other !== undefined) {
      refused(other, [])
      throw gatewayError.unknownPath(method, path, this.#served)
    }
    const allowed = methodsIn(candidates)
    refused(candidate.surface, allowed)
    throw gatewayError.methodNotAllowed(method, path, allowed)
  }

  /** The methods of a path; none for one that is not served. */
  methodsOf(path: string, runtime: Runtime): readonly string[] {
    return methodsIn(this.#candidates(path, runtime))
  }

  /**
   * For a path such as `/v1beta/models/gpt:embed`, which matches a route only because that takes any
   * name: the surface that ends such names with actions for the method. This is none of them.
   */
  #actions(method: string, { route: { path } }: FoundRoute): Surface | undefined {
    if (!path.endsWith('...}')) return undefined
    return this.#all.find(
      ({ route }) => route.method === method && route.path.startsWith(`${path}:`),
    )?.surface
  }

  /** The surface that shares most of the path; of equals, the first. */
  #nearest(path: string): Surface | undefined {
    const segments = path.split('/')
    let nearest: Surface | undefined
    let sharedMost = 1
    for (const entry of this.#all) {
      const differs = segments.findIndex((segment, index) => segment !== entry.segments[index])
      const shared = differs === -1 ? segments.length : differs
      if (shared > sharedMost) {
        nearest = entry.surface
        sharedMost = shared
      }
    }
    return nearest
  }

  #addExact(found: FoundRoute): void {
    const { path } = found.route
    const known = this.#exact.get(path)
    if (known === undefined) this.#exact.set(path, [found])
    else known.push(found)
  }

  #candidates(path: string, runtime: Runtime): readonly FoundRoute[] {
    const exact = this.#exact.get(path)
    if (exact !== undefined) return exact
    const configured = this.#configured.flatMap(({ surface, route }) => {
      const parameters = route.findAt?.(path, runtime)
      return parameters === undefined ? [] : [{ surface, route, parameters }]
    })
    if (configured.length > 0) return configured
    const segments = path.split('/')
    const matched = this.#matching(segments)
    // A slash at the end is forgiven where no route has a use for it.
    return matched.length === 0 && path.endsWith('/')
      ? this.#matching(segments.slice(0, -1))
      : matched
  }

  #matching(segments: readonly string[]): readonly FoundRoute[] {
    return this.#patterns.flatMap(({ surface, route, segments: pattern }) => {
      const parameters = matchSegments(pattern, segments)
      return parameters === undefined ? [] : [{ surface, route, parameters }]
    })
  }
}

function methodsIn(found: readonly FoundRoute[]): readonly string[] {
  return [...new Set(found.map(({ route }) => route.method))]
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): PathParameters | undefined {
  const takesRest = pattern.at(-1)?.includes('...}') === true
  if (takesRest ? segments.length < pattern.length : segments.length !== pattern.length) {
    return undefined
  }
  const parameters: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (!expected.startsWith('{')) {
      if (segment !== expected) return undefined
    } else if (takesRest && index === pattern.length - 1) {
      const [name = '', ending = ''] = expected.slice(1).split('...}')
      const rest = segments.slice(index).map(decodeSegment).join('/')
      if (!rest.endsWith(ending) || (ending !== '' && rest.length === ending.length))
        return undefined
      parameters[name] = rest.slice(0, rest.length - ending.length)
    } else {
      if (segment === '') return undefined
      parameters[expected.slice(1, -1)] = decodeSegment(segment)
    }
  }
  return parameters
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
