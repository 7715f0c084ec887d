import { textsAt, type Fields } from '../../definitions/fields.ts'

const shortModes = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const

/** As GetAccessModesAsString in Kubernetes' core helpers: `RWO,RWX`. */
export function formatAccessModes(of: Fields): string {
  const modes = textsAt(of, 'accessModes')
  return shortModes
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',')
}
