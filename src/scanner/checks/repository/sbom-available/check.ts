import { defineCheck, notApplicable, pass, unseen, warn } from '../../../check.ts';

export const sbomAvailable = defineCheck({
  id: 'sbom-available',
  control: 'C20',
  part: 'repository',
  severity: 'low',
  title: { en: 'There is a software bill of materials.', zh: '有软件物料清单（SBOM）。' },
  remedy: {
    en: 'Make an SBOM in the release pipeline and publish it with the release: npm sbom --sbom-format cyclonedx, syft, cdxgen, or cargo cyclonedx.',
    zh: '在发布流水线中生成 SBOM 并随版本发布：npm sbom --sbom-format cyclonedx、syft、cdxgen 或 cargo cyclonedx。',
  },
  ask({ sbom, ecosystems, missed }) {
    const [file] = sbom;
    if (file !== undefined)
      return pass({ en: `${file} holds or makes one.`, zh: `${file} 包含或会生成 SBOM。` }, { where: { file } });
    if (missed !== undefined) return unseen(missed);
    if (ecosystems.length === 0) {
      return notApplicable({ en: 'No package manifest was found.', zh: '未发现软件包清单文件。' });
    }
    return warn({
      en: 'No SBOM file was found, and no CI step that makes one.',
      zh: '未发现 SBOM 文件，也没有生成 SBOM 的 CI 步骤。',
    });
  },
});
