import { hash } from 'node:crypto'
import { drawByWeight } from '@fairlead/base'
import type { PromptTemplateSettings, PromptVersion } from '@fairlead/snapshot'
import { gatewayError } from '../errors/gateway-error.ts'

/**
 * The version for a call: the one it names, or one drawn by the weights of the rollout. The same
 * sticky key gets the same version until the rollout changes.
 */
export function chooseVersion(
  prompt: PromptTemplateSettings,
  wanted: string | undefined,
  stickyKey: string | undefined,
  random: () => number,
): PromptVersion {
  const name = wanted ?? chooseByWeight(prompt.rollout, stickyKey, random)
  const version = prompt.versions.get(name)
  if (version === undefined) {
    throw gatewayError.promptVersionNotFound(prompt.name, name, [...prompt.versions.keys()])
  }
  return version
}

function chooseByWeight(
  rollout: PromptTemplateSettings['rollout'],
  stickyKey: string | undefined,
  random: () => number,
): string {
  const point = stickyKey === undefined ? random() : stablePoint(stickyKey)
  return rollout[drawByWeight(rollout, point)]?.version ?? ''
}

/** A number in [0, 1) derived from the text: the same text always gives the same number. */
function stablePoint(text: string): number {
  return Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16) / 2 ** 48
}
