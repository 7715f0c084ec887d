import { lazily, readTable } from './read-data.ts'

/** A feature gate of Kubernetes 1.32. */
interface FeatureGate {
  readonly isOnByDefault: boolean
  readonly stage: 'Alpha' | 'Beta' | 'GA' | 'Deprecated'
  /** Whether the default cannot be changed. */
  readonly isLocked: boolean
}

type Row = readonly [isOnByDefault: boolean, stage: FeatureGate['stage'], isLocked: boolean]

const table = lazily(() => {
  const rows = readTable('feature-gates.json') as Readonly<Record<string, Row>>
  return new Map(
    Object.entries(rows).map(([name, [isOnByDefault, stage, isLocked]]) => [
      name,
      { isOnByDefault, stage, isLocked },
    ]),
  )
})

/** A gate by its name, read from the table when first asked for; undefined for unknown ones. */
export function featureGate(name: string): FeatureGate | undefined {
  return table().get(name)
}
