import { goBoolean } from './go-boolean.ts'
import { UsageError } from './usage-error.ts'

type Toggles = Readonly<Record<string, boolean>>

/** What `--feature-gates A=true,B=false` says. @throws UsageError */
export function featureGatesFlag(values: readonly string[]): Toggles {
  return toggles('feature-gates', values, (name) => {
    throw new UsageError(`--feature-gates: missing bool value for ${name}: write ${name}=true`)
  })
}

/** What `--runtime-config api/all=true,apps/v1` says. @throws UsageError */
export function runtimeConfigFlag(values: readonly string[]): Toggles {
  return toggles('runtime-config', values, () => true)
}

function toggles(
  flag: string,
  values: readonly string[],
  withoutValue: (name: string) => boolean,
): Toggles {
  const entries = values
    .map((value) => value.trim())
    .filter((value) => value !== '')
    .map((value): [string, boolean] => {
      const [name = '', text] = value.split('=', 2).map((part) => part.trim())
      if (text === undefined || text === '') return [name, withoutValue(name)]
      const isOn = goBoolean(text)
      if (isOn !== undefined) return [name, isOn]
      throw new UsageError(`--${flag}: invalid value of ${name}: ${text}: expected true or false`)
    })
  return Object.fromEntries(entries)
}
