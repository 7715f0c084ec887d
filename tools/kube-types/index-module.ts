import type { AddressedKind } from './addressed-kinds.ts'
import { moduleIdentifier, schemaName } from './schema-name.ts'

const scalars = ['Embedded', 'IntOrString', 'MicroTime', 'Quantity', 'RawExtension', 'Time']

/** Which of two kinds of one name goes without its group in its name: the newer form. */
const preferred: Readonly<Record<string, string>> = {
  Event: 'events/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
}

/** The entry of the package: the kinds by name, and every module under a name of its own. */
export function indexModule(
  header: string,
  modules: readonly string[],
  kinds: ReadonlyMap<string, AddressedKind>,
): string {
  const lines = modules.flatMap((module) => {
    const ofModule = [...kinds.keys()]
      .map((full) => schemaName(full))
      .filter((each) => each.module === module)
    const names = ofModule
      .filter(({ name }) => preferred[name] === undefined || preferred[name] === module)
      .map(({ name }) => name)
      .toSorted()
    const type = ofModule.length === 0 ? 'type ' : ''
    const alias = moduleIdentifier(module)
    const whole = `export ${type}* as ${alias} from './${module}.ts'\n`
    if (names.length === 0) return [whole]
    return [whole, `export { ${names.join(', ')} } from './${module}.ts'\n`]
  })
  return `${header}${lines.join('')}export type { ${scalars.join(', ')} } from './scalars.ts'\n`
}
