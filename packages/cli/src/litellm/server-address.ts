import { nameOf } from './names.ts'
import { type ConfigValue, variableIn } from './config-section.ts'

/** What clients of an API add to its address themselves. */
const endpoint = /\/(chat\/completions|completions|responses|v1\/messages|messages)$/

/**
 * The address of a server as `spec.baseURL` takes it: without slash, query, password and endpoint.
 * One that is not known is `https://NAME.invalid`, and told.
 */
export function serverAddress(value: ConfigValue): string {
  const raw = value.rawText ?? ''
  const unknown = `https://${nameOf(variableIn(raw) ?? 'unknown-address')}.invalid`
  const text = value.text(unknown)
  if (text === undefined) return unknown
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    value.note('lost', `this is no http or https address: replace ${unknown} by hand`)
    return unknown
  }
  if (url.username !== '' || url.password !== '') {
    value.note('lost', 'user and password of an address are left out: use a key')
  }
  if (url.search !== '') value.note('lost', 'the query of the address is left out')
  if (url.hostname === '0.0.0.0') {
    value.note('note', '0.0.0.0 is no address to connect to: it is 127.0.0.1 now')
    url.hostname = '127.0.0.1'
  }
  const path = url.pathname.replace(/\/+$/, '').replace(endpoint, '')
  return `${url.protocol}//${url.host}${path}`
}

const privateSuffix = /(^|\.)(localhost|local|internal|lan|home|svc|svc\.cluster\.local)$/
const privateAddress =
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/

/** Whether a server is, by its name, one that an LLMGateway reaches only with `egress.privateNetworks: Allow`. */
export function isPrivateServer(address: string): boolean {
  const host = URL.parse(address)?.hostname ?? ''
  return (
    privateSuffix.test(host) ||
    privateAddress.test(host) ||
    /^\[(::1|f[cd])/.test(host) ||
    !/[.:]/.test(host)
  )
}
