import { readProjectFile, writeProjectFile } from '../project/project-folder.ts'
import { insertSetup, type SetupPart } from '../templates/insert-setup.ts'
import type { ActionContext } from './action.ts'

const path = 'src/operator.ts'

/** Adds a part to `setup`, or says what is to be added by hand if the file is written otherwise. */
export function addToSetup({ folder, print }: ActionContext, part: SetupPart): void {
  const text = insertSetup(readProjectFile(folder, path) ?? '', part)
  if (text === undefined) {
    print(
      `${path} is not as it was written: add to it\n` +
        `  import { ${part.name} } from '${part.module}'\nand to setup\n  ${part.statement}\n`,
    )
    return
  }
  writeProjectFile(folder, { path, text })
  print(`added ${part.statement} to ${path}\n`)
}
