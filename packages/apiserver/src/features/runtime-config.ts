import { builtInResources } from '../api-types/built-in-resource.ts'
import { optionalVersions } from '../api-types/optional-resources.ts'
import { FeatureError } from './feature-error.ts'

/** Whether optional versions are served that are not named themselves. */
const ofStage = ['api/all', 'api/alpha']
/** What is served of these stages is served always. */
const served = ['api/beta', 'api/ga', 'api/legacy']

/**
 * The versions, such as `apps/v1`, that are served besides the default ones, as kube-apiserver's
 * `--runtime-config` chooses them.
 * @throws FeatureError for a version that cannot be served, or has to be
 */
export function runtimeConfig(given: Readonly<Record<string, boolean>>): ReadonlySet<string> {
  for (const [name, isOn] of Object.entries(given)) check(name, isOn)
  const isOnByStage = ofStage.some((name) => given[name] === true)
  return new Set([...optionalVersions].filter((version) => given[version] ?? isOnByStage))
}

function check(name: string, isOn: boolean): void {
  if (optionalVersions.has(name) || name === 'api/alpha') return
  const [group = '', version = '', resource] = name.split('/')
  const isStage = ofStage.includes(name) || served.includes(name)
  const versions = builtInResources().filter((each) => each.group === coreAsEmpty(group))
  if (!isStage && versions.length === 0) throw new FeatureError(`unknown api groups ${group}`)
  const isServed = isStage || versions.some((each) => each.version === version)
  if (isServed && isOn) return
  if (isOn) throw new FeatureError(`${name} is not served: leave it out of the runtime config`)
  if (isServed || resource !== undefined) {
    throw new FeatureError(`${name} cannot be turned off: leave it out of the runtime config`)
  }
}

/** The core group has no name of its own; flags call it `api`. */
function coreAsEmpty(group: string): string {
  return group === 'api' ? '' : group
}
