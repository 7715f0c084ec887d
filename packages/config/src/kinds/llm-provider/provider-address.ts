import type { LLMProvider } from '@fairlead/api'
import type { ProviderTypeCapability } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { backendAddress } from './backend-address.ts'

/**
 * Where a provider is called, without a trailing slash and with the version segment:
 * `spec.baseURL` or the Service of `spec.backendRef`, otherwise the preset's address, otherwise the type's. A baseURL without a path
 * gets the type's version path, if it has one. A type without presets ignores `spec.preset`. Empty
 * for a type that has no address, and for a Service that may not be used.
 */
export function providerAddress(
  provider: LLMProvider,
  capability: ProviderTypeCapability,
  findings: Findings,
): string {
  const { type, remote, presets } = capability
  if (!remote) return ''
  const { spec } = provider
  const { baseURL, backendRef } = spec
  if (baseURL !== undefined) return checkedAddress(baseURL, capability, findings)
  if (backendRef !== undefined) return backendAddress(provider, capability, findings)
  const preset = presets.size > 0 ? spec.preset : undefined
  const address = preset === undefined ? capability.address : presets.get(preset)
  if (preset !== undefined && address === undefined) {
    findings.reject(
      `spec.preset: ${JSON.stringify(preset)} is not known; give spec.baseURL or one of ` +
        [...presets.keys()].join(', '),
    )
  } else if (address === undefined) {
    const orPreset = presets.size > 0 ? ' or a preset' : ''
    findings.reject(`spec.baseURL: type ${type} needs a baseURL${orPreset}`)
  }
  return address ?? ''
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
