import { fromClientsLayer } from './clients-layer.ts'
import type { Program } from './program.ts'
import { printedVersion } from './version.ts'

/** What installs charts, which the tests use as people do. */
export const helm: Program = {
  name: 'helm',
  variable: 'HELM',
  oldest: '3.17',
  versionOf: printedVersion(['version', '--short'], /^v(\d+\.\d+(?:\.\d+)?)/),
  sources: [fromClientsLayer('helm', '4.1.4')],
  byHand: 'install it as https://helm.sh/docs/intro/install/ says',
}
