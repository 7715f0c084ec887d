import type { LLMProvider } from '@fairlead/api'
import type { EndpointPoolSettings, ProviderTypeCapability } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { backendAddress } from './backend-address.ts'
import { placeOf } from './compile-cloud.ts'
import { hasOpenParts, presetAddress } from './preset-address.ts'

/**
 * Where a provider is called, without a trailing slash and with the version segment:
 * `spec.baseURL` or the backend of `spec.backendRef`, with its `pool` if it is one, otherwise the
 * preset's address, otherwise the type's. A baseURL without a path gets the type's version path, if it
 * has one. A type without presets ignores `spec.preset`. Empty for a type that has no address, for a
 * backend that may not be used, and for what is rejected.
 */
export function providerAddress(
  provider: LLMProvider,
  capability: ProviderTypeCapability,
  findings: Findings,
  pool: EndpointPoolSettings | undefined,
): string {
  const { type, remote, presets } = capability
  if (!remote) return ''
  const { baseURL, backendRef, preset } = provider.spec
  const ofPreset = presetAddress(provider, capability, findings)
  if (baseURL !== undefined) return checkedAddress(baseURL, capability, findings)
  if (backendRef !== undefined) {
    return backendAddress(provider, capability, findings, ofPreset, pool)
  }
  const isKnown = preset === undefined || presets.size === 0 || ofPreset !== undefined
  const place = placeOf(provider)
  const ofType = place === undefined ? capability.address : capability.addressOf?.(place)
  const address = ofPreset ?? (isKnown ? ofType : '')
  if (address === undefined) {
    const orPreset = presets.size > 0 ? ' or a preset' : ''
    findings.reject(`spec.baseURL: type ${type} needs a baseURL${orPreset}`)
    return ''
  }
  if (!hasOpenParts(address)) return address
  findings.reject(`spec.baseURL: preset ${preset} needs an address of your own, such as ${address}`)
  return ''
}

function checkedAddress(
  text: string,
  { versionPath }: ProviderTypeCapability,
  findings: Findings,
): string {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    findings.reject('spec.baseURL: not an absolute http or https URL')
    return ''
  }
  if (url.username || url.password) {
    findings.reject('spec.baseURL: must not contain a user or password; use spec.credentials')
  }
  if (url.search || url.hash) {
    findings.reject('spec.baseURL: must not have a query or a fragment')
  }
  const path = url.pathname.replace(/\/+$/, '')
  return url.origin + (path === '' ? (versionPath ?? '') : path)
}
