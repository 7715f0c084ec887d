import { openAiChat } from '@fairlead/llm'
import type { SimulatorSettings } from '@fairlead/snapshot'
import type { ProviderType } from '../provider-type.ts'
import { createSimulatorTransport } from './simulator-transport.ts'

const plainEcho: SimulatorSettings = {
  mode: 'Echo',
  replies: [],
  latencyMs: 0,
  wordDelayMs: 0,
  failure: undefined,
}

/** Answers in process, without a network or a key. */
export const simulator: ProviderType = {
  type: 'Simulator',
  remote: false,
  address: undefined,
  versionPath: undefined,
  presets: new Map(),
  dialect: openAiChat,
  encoding: { outputLimitField: 'max_tokens' },
  telemetryName: 'simulator',
  needsCredential: false,
  prepare: (request) => ({ ...request, path: '/chat/completions' }),
  openTransport: (settings, parts) =>
    createSimulatorTransport(settings.simulator ?? plainEcho, parts),
}
