import { aggregators } from './aggregators.ts'
import { chineseVendors } from './chinese-vendors.ts'
import { clouds } from './clouds.ts'
import { inferenceVendors } from './inference-vendors.ts'
import { localServers } from './local-servers.ts'
import { modelMakers } from './model-makers.ts'
import type { Preset } from './preset.ts'

/** The presets by group, as the documentation shows them. */
export const presetGroups: readonly {
  readonly title: string
  readonly presets: readonly Preset[]
}[] = [
  { title: 'Makers of models', presets: modelMakers },
  { title: 'Vendors of China', presets: chineseVendors },
  { title: 'Vendors of open models', presets: inferenceVendors },
  { title: 'Clouds', presets: clouds },
  { title: 'Gateways to many vendors', presets: aggregators },
  { title: 'Servers of your own', presets: localServers },
]

/** All presets by name, in the order of their names. */
export const presets: ReadonlyMap<string, Preset> = new Map(
  presetGroups
    .flatMap((group) => group.presets)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((preset) => [preset.name, preset]),
)
