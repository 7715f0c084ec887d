import type { LLMProvider } from '@fairlead/api'
import type { Findings } from './findings.ts'
import { providerPresets } from './provider-presets.ts'

/** Every address includes its version segment; `OpenAICompatible` has none, `Simulator` no host. */
const defaultAddresses: Readonly<Record<string, string>> = {
  OpenAI: 'https://api.openai.com/v1',
  Anthropic: 'https://api.anthropic.com/v1',
  Ollama: 'http://127.0.0.1:11434/v1',
}

/**
 * Where a provider is called, without a trailing slash and with the version segment:
 * `spec.baseURL`, else the preset's, else the type's. A baseURL of OpenAI, Anthropic or Ollama that
 * has no path gets their `/v1`; one of OpenAICompatible is taken as it is. Only that type looks
 * at the preset.
 */
export function providerAddress(provider: LLMProvider, type: string, findings: Findings): string {
  if (type === 'Simulator') return ''
  const { baseURL, backendRef } = provider.spec
  if (baseURL) return checkedAddress(baseURL, type, findings)
  const preset = type === 'OpenAICompatible' ? provider.spec.preset : undefined
  const address = preset === undefined ? defaultAddresses[type] : providerPresets.get(preset)
  if (backendRef) {
    findings.reject('spec.backendRef: not served by this version; give the address in spec.baseURL')
  } else if (preset !== undefined && address === undefined) {
    findings.reject(
      `spec.preset: ${JSON.stringify(preset)} is not known; give spec.baseURL or one of ` +
        [...providerPresets.keys()].join(', '),
    )
  } else if (address === undefined) {
    findings.reject(`spec.baseURL: type ${type} needs a baseURL or a preset`)
  }
  return address ?? ''
}

function checkedAddress(text: string, type: string, findings: Findings): string {
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
  return url.origin + (path === '' && type !== 'OpenAICompatible' ? '/v1' : path)
}
