import type { ServerRequest, ServerResponse } from '@fairlead/http1'
import type { CorsSettings } from '@fairlead/snapshot'
import { compileNamePattern, type NamePattern } from '../access/name-pattern.ts'

/** A flat list: name, value, name, value. */
type Fields = readonly string[]

/** What of a request decides, and where the answer's fields go. */
interface Exchange {
  readonly request: Pick<ServerRequest, 'method' | 'headers'>
  readonly response: Pick<ServerResponse, 'addFields'>
}

/**
 * Lets pages of other origins call the gateway from a browser. What may not is not refused here: the
 * browser refuses it, because the answer does not say that it may.
 */
export class Cors {
  readonly #settings: CorsSettings
  readonly #isAllowed: (origin: string) => boolean
  readonly #sent: NamePattern
  readonly #read: NamePattern

  constructor(settings: CorsSettings) {
    this.#settings = settings
    this.#isAllowed = originTest(settings.allowOrigins)
    this.#sent = compileNamePattern(settings.allowHeaders)
    this.#read = compileNamePattern(settings.exposeHeaders)
  }

  /**
   * Adds to the answer, whatever it will be, what a browser wants to know. For a question before a
   * call, returns the fields of the answer to it; `methodsOf` gives the methods of the path. It is
   * undefined for all other requests, which are answered as without this.
   */
  admit({ request, response }: Exchange, methodsOf: () => readonly string[]): Fields | undefined {
    const origin = request.headers.get('origin')
    const isAllowed = origin !== undefined && this.#isAllowed(origin)
    if (!isAllowed) {
      // A cache must not give this answer to a page that may read it, nor the other way round.
      if (!this.#answersAlike) response.addFields(() => ['vary', 'origin'])
      return undefined
    }
    const shared = this.#sharedFields(origin)
    response.addFields((entries) => [...shared, ...this.#exposed(entries)])
    const method = request.headers.get('access-control-request-method')
    if (request.method !== 'OPTIONS' || method === undefined) return undefined
    const methods = methodsOf()
    return methods.includes(method) ? this.#preflight(request, methods) : undefined
  }

  /** Whether every origin gets the same answer. */
  get #answersAlike(): boolean {
    return this.#settings.allowOrigins.includes('*')
  }

  #sharedFields(origin: string): Fields {
    if (this.#answersAlike) return ['access-control-allow-origin', '*']
    const fields = ['access-control-allow-origin', origin, 'vary', 'origin']
    return this.#settings.allowCredentials
      ? [...fields, 'access-control-allow-credentials', 'true']
      : fields
  }

  #exposed(entries: Fields): Fields {
    const names = new Set<string>()
    for (let index = 0; index < entries.length; index += 2) {
      const name = (entries[index] ?? '').toLowerCase()
      if (this.#read.matches(name)) names.add(name)
    }
    return names.size === 0 ? [] : ['access-control-expose-headers', [...names].join(', ')]
  }

  #preflight({ headers }: Exchange['request'], methods: readonly string[]): Fields {
    const asked = (headers.get('access-control-request-headers') ?? '').toLowerCase().split(',')
    const allowed = asked.map((name) => name.trim()).filter((name) => this.#sent.matches(name))
    return [
      'access-control-allow-methods',
      methods.join(', '),
      ...(allowed.length === 0 ? [] : ['access-control-allow-headers', allowed.join(', ')]),
      'access-control-max-age',
      String(this.#settings.maxAgeSeconds),
      'vary',
      'access-control-request-method, access-control-request-headers',
    ]
  }
}

function originTest(patterns: readonly string[]): (origin: string) => boolean {
  if (patterns.includes('*')) return () => true
  const exact = new Set(patterns)
  const wildcards = patterns.flatMap((pattern) => {
    const [scheme, rest, ...none] = pattern.split('://*.')
    return scheme === undefined || rest === undefined || none.length > 0
      ? []
      : [{ beginning: `${scheme}://`, ending: `.${rest}` }]
  })
  return (origin) =>
    exact.has(origin) ||
    wildcards.some(
      ({ beginning, ending }) =>
        origin.startsWith(beginning) &&
        origin.endsWith(ending) &&
        isBelow(origin.slice(beginning.length, -ending.length)),
    )
}

/** Labels of a host name, so that nothing else can be hidden before the ending. */
function isBelow(labels: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(labels)
}
