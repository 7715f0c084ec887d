import { fromGoModule } from './go-module.ts'
import type { Program } from './program.ts'
import { printedVersion } from './version.ts'

/** What checks workflows of GitHub Actions. */
export const actionlint: Program = {
  name: 'actionlint',
  variable: 'ACTIONLINT',
  oldest: '1.7.7',
  versionOf: printedVersion(['-version'], /^v?(\d+\.\d+\.\d+)/),
  sources: [
    fromGoModule({
      module: 'github.com/rhysd/actionlint',
      command: 'cmd/actionlint',
      moduleVersion: 'v1.7.7',
      version: '1.7.7',
    }),
  ],
  byHand: 'install it as https://github.com/rhysd/actionlint says',
}
