import type { LLMProvider } from '@fairlead/api'
import { nearMisses } from '@fairlead/base'
import type { ProviderTypeCapability } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/**
 * The address of `spec.preset`, rejected if there is no such preset. Undefined without one, and for
 * a type that has none and ignores the field. It may have parts in braces.
 */
export function presetAddress(
  { spec }: LLMProvider,
  { presets }: ProviderTypeCapability,
  findings: Findings,
): string | undefined {
  const { preset } = spec
  if (preset === undefined || presets.size === 0) return undefined
  const address = presets.get(preset)
  if (address === undefined) findings.reject(`spec.preset: ${unknownPreset(preset, presets)}`)
  return address
}

/** Whether an address has parts that only its user knows. */
export function hasOpenParts(address: string): boolean {
  return address.includes('{')
}

function unknownPreset(preset: string, presets: ProviderTypeCapability['presets']): string {
  const meant = nearMisses(preset, presets.keys())
  const hint = meant.length === 0 ? '.' : `; did you mean ${meant.join(' or ')}?`
  return `${JSON.stringify(preset)} is not one of the ${presets.size} known presets${hint} Leave it out and give spec.baseURL for any other server`
}
