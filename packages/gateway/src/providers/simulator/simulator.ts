import { openAiChat, openAiEmbeddings, openAiModerations, openAiRerank } from '@fairlead/llm'
import type { SimulatorSettings } from '@fairlead/snapshot'
import type { ProviderApis, ProviderType } from '../provider-type.ts'
import { createSimulatorTransport } from './simulator-transport.ts'

const plainEcho: SimulatorSettings = {
  mode: 'Echo',
  replies: [],
  latencyMs: 0,
  wordDelayMs: 0,
  failure: undefined,
}

const apis: ProviderApis = [
  {
    dialect: openAiChat,
    encoding: {
      outputLimitField: 'max_tokens',
      quirks: { reasoning: { field: 'reasoning_details', echo: 'ToolLoop' } },
    },
    prepare: (request) => ({ ...request, path: '/chat/completions' }),
  },
  {
    dialect: openAiEmbeddings,
    encoding: {},
    prepare: (request) => ({ ...request, path: '/embeddings' }),
  },
  {
    dialect: openAiModerations,
    encoding: {},
    prepare: (request) => ({ ...request, path: '/moderations' }),
  },
  {
    dialect: openAiRerank,
    encoding: {},
    prepare: (request) => ({ ...request, path: '/rerank' }),
  },
]

/** Answers in process, without a network or a key. */
export const simulator: ProviderType = {
  type: 'Simulator',
  remote: false,
  address: undefined,
  versionPath: undefined,
  presets: new Map(),
  telemetryName: 'simulator',
  needsCredential: false,
  apisOf: () => apis,
  openTransport: (settings, parts) =>
    createSimulatorTransport(settings.simulator ?? plainEcho, parts),
}
