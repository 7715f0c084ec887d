import type { AdmissionPlugin } from '../admission/admission-plugin.ts'

/** Which plugins are on, by their names in Kubernetes, as kube-apiserver's flags choose them. */
export interface PluginChoice {
  /** On besides those that are on by default. */
  readonly enable?: readonly string[]
  /** Off, also when enabled. */
  readonly disable?: readonly string[]
}

/**
 * The plugins that are on, in their order.
 * @throws Error for a name that no plugin has
 */
export function chosenPlugins(
  plugins: readonly AdmissionPlugin[],
  offByDefault: ReadonlySet<string>,
  { enable = [], disable = [] }: PluginChoice,
): readonly AdmissionPlugin[] {
  const unknown = [...enable, ...disable].find(
    (name) => !plugins.some((each) => each.name === name),
  )
  if (unknown !== undefined) throw new Error(`admission plugin "${unknown}" is unknown`)
  return plugins.filter(
    ({ name }) => !disable.includes(name) && (!offByDefault.has(name) || enable.includes(name)),
  )
}
