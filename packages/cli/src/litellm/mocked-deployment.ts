import type { ConfigSection } from './config-section.ts'
import type { SettingPlace } from './conversion-notes.ts'
import type { Deployment } from './deployment.ts'

/** A provider that answers by itself, as `mock_response` does. */
export function mockedDeployment(
  group: string,
  value: SettingPlace,
  info: ConfigSection,
  params: ConfigSection,
  reply: string,
): Deployment {
  for (const section of [params, info]) section.entries()
  const model = group.replaceAll('*', 'mock')
  return {
    place: value,
    group,
    id: info.text('id'),
    vendor: 'mock',
    model,
    hint: 'mock',
    spec: { type: 'Simulator', simulator: { mode: 'Script', replies: [reply] } },
    entry: { name: model },
    weight: undefined,
    requestsPerMinute: undefined,
    tokensPerMinute: undefined,
    order: undefined,
    tags: [],
    retries: undefined,
    budget: undefined,
  }
}
