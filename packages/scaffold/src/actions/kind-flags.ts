import { kindName, type KindName } from '../names.ts'
import { ScaffoldUsageError } from '../scaffold-error.ts'
import { type ActionFlags, textOf } from './action.ts'

/** The flags that name a kind, spelt as in kubebuilder. */
export const kindFlags = {
  group: { type: 'string' },
  version: { type: 'string' },
  kind: { type: 'string' },
  plural: { type: 'string' },
} as const

/** @throws ScaffoldUsageError for names that are missing or cannot be used */
export function kindOfFlags(flags: ActionFlags, domain: string): KindName {
  const required = (name: 'version' | 'kind') => {
    const value = textOf(flags, name)
    if (value === undefined) throw new ScaffoldUsageError(`--${name} is missing`)
    return value
  }
  const plural = textOf(flags, 'plural')
  return kindName(
    {
      group: textOf(flags, 'group') ?? '',
      version: required('version'),
      kind: required('kind'),
      ...(plural === undefined ? {} : { plural }),
    },
    domain,
  )
}
