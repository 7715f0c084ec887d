import { isJsonObject } from '@fairlead/base'
import type { Exchange, RequestBody, Sender } from './recordings.ts'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const webToken = /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g

/**
 * What an earlier answer named, a uid or a resource version, stands in later requests. This
 * remembers what the server that is played against called the same thing, and puts it there.
 */
export class CarryOver {
  readonly #versions = new Map<string, string>()
  readonly #texts = new Map<string, string>()
  readonly #creations = new Map<string, string>()

  /** Learns from the recorded answer and from ours to the same request. */
  learn(recorded: unknown, ours: unknown): void {
    if (Array.isArray(recorded) && Array.isArray(ours)) {
      for (const [index, each] of recorded.entries()) this.learn(each, ours[index])
      return
    }
    if (!isJsonObject(recorded) || !isJsonObject(ours)) return
    const generates = typeof recorded['generateName'] === 'string'
    for (const [key, value] of Object.entries(recorded)) {
      const own = ours[key]
      if (typeof value !== 'string' || typeof own !== 'string') this.learn(value, own)
      else if (key === 'resourceVersion') this.#remember(this.#versions, value, own)
      else if (carried.has(key) || (key === 'name' && generates)) {
        this.#remember(this.#texts, value, own)
      }
    }
    const { uid, creationTimestamp } = ours
    if (typeof uid === 'string' && typeof creationTimestamp === 'string') {
      this.#creations.set(uid, creationTimestamp)
    }
  }

  /** The request as it must be sent to the server that is played against. */
  apply(exchange: Exchange): Exchange {
    const { path, body, sender } = exchange
    return {
      ...exchange,
      path: this.#path(path),
      ...(body === undefined ? {} : { body: this.#body(body) }),
      sender: this.#sender(sender),
    }
  }

  #remember(map: Map<string, string>, recorded: string, own: string): void {
    if (!map.has(recorded)) map.set(recorded, own)
  }

  #path(path: string): string {
    const parameter = /([?&](resourceVersion|continue)=)([^&]*)/g
    return this.#text(path).replace(
      parameter,
      (whole, start: string, key: string, value: string) => {
        const recorded = decodeURIComponent(value)
        const own = (key === 'continue' ? this.#texts : this.#versions).get(recorded)
        return own === undefined ? whole : start + encodeURIComponent(own)
      },
    )
  }

  #body(body: RequestBody): RequestBody {
    if (body.kind === 'json') return { kind: 'json', value: this.#value(body.value) }
    if (body.kind === 'bytes') return body
    const version = /(resourceVersion["']?\s*:\s*["'])(\d+)/g
    const text = this.#text(body.text).replace(
      version,
      (_whole, start: string, value: string) => start + (this.#versions.get(value) ?? value),
    )
    return { kind: 'text', text }
  }

  #value(value: unknown, key = ''): unknown {
    if (typeof value === 'string') {
      return key === 'resourceVersion' ? (this.#versions.get(value) ?? value) : this.#text(value)
    }
    if (Array.isArray(value)) return value.map((each) => this.#value(each))
    if (!isJsonObject(value) || 'rawJSON' in value) return value
    const copy = Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, this.#value(each, name)]),
    )
    this.#keepCreation(copy)
    const { path } = copy
    return typeof path === 'string' && path.endsWith('/resourceVersion') && 'value' in copy
      ? { ...copy, value: this.#value(copy['value'], 'resourceVersion') }
      : copy
  }

  /** The time of creation belongs to the object: an update must not change it. */
  #keepCreation(copy: Record<string, unknown>): void {
    const { uid, creationTimestamp } = copy
    const own = typeof uid === 'string' ? this.#creations.get(uid) : undefined
    if (own !== undefined && typeof creationTimestamp === 'string') copy['creationTimestamp'] = own
  }

  #sender(sender: Sender): Sender {
    return typeof sender === 'object' ? { token: this.#text(sender.token) } : sender
  }

  #text(text: string): string {
    const exact = this.#texts.get(text)
    if (exact !== undefined) return exact
    const known = (each: string): string => this.#texts.get(each) ?? each
    return text
      .replaceAll(webToken, known)
      .replaceAll(uuid, known)
      .replaceAll(/[\w.-]+/g, known)
  }
}

const carried: ReadonlySet<string> = new Set(['uid', 'continue', 'token'])
