"""Short forms that members type, folded, with what each may stand for: everyday chat, offices, papers, laws."""

from collections import defaultdict

from bot.chat.text import ABBREVIATIONS
from bot.policy.words import bare

_FORMS = """
kh không, kế hoạch | hok không | hong không | hog không | dc được | dk được, điều kiện | trg trong | nhg những
ng người | th trường hợp | qd quy định, quyết định | hd hợp đồng, hội đồng, hướng dẫn | ld lao động | cq cơ quan
vp vi phạm, văn phòng | pl pháp luật | gd giáo dục, gia đình | tgian thời gian | tg thời gian | ca công an
cd công dân, công đoàn, chi đoàn | cg cũng | hc hoặc | fai phải | trc trước | lm làm | bl bao lâu
bnh bao nhiêu | bnhiu bao nhiêu | bnhieu bao nhiêu | cccd căn cước công dân | cmnd chứng minh nhân dân
blds bộ luật dân sự | blhs bộ luật hình sự | blld bộ luật lao động | hngd hôn nhân và gia đình | vc việc
ubnd ủy ban nhân dân | hdnd hội đồng nhân dân | bhxh bảo hiểm xã hội | bhyt bảo hiểm y tế
bvmt bảo vệ môi trường | ubkt ủy ban kiểm tra | btc ban tổ chức | btv ban thường vụ | bch ban chấp hành
tw trung ương | du đảng ủy | dh đại hội | dvdb đảng viên dự bị | dvct đảng viên chính thức
db dự bị, đảng bộ, đại biểu | ct chính thức, chỉ thị, công tác | hdv huy hiệu đảng | hhd huy hiệu đảng
kt kiểm tra, khen thưởng | kl kỷ luật, kết luận | gt giới thiệu | cs chuyển sinh hoạt | csh chuyển sinh hoạt
sht sinh hoạt tạm thời | msh miễn sinh hoạt | lhdv lý lịch đảng viên | ll lý lịch | tldv thẻ đảng viên
dl điều lệ | dld điều lệ đảng | tc tổ chức | nv nhiệm vụ | tt thủ tục, thông tri, thường trực
hdld hợp đồng lao động | nld người lao động | nsdld người sử dụng lao động | tnhs trách nhiệm hình sự
tnds trách nhiệm dân sự | tand tòa án nhân dân | vks viện kiểm sát | vksnd viện kiểm sát nhân dân
qsh quyền sở hữu | cn công nhân, cá nhân | tn trách nhiệm, thanh niên, tốt nghiệp | hv hành vi
nvu nghĩa vụ | qh quốc hội | cp chính phủ | nn nhà nước, nước ngoài | ts tài sản, thai sản | vn việt nam
sv sinh viên | hs hồ sơ, học sinh | dv đảng viên, đơn vị, dịch vụ | cb chi bộ, cán bộ | cu chi ủy
cuv chi ủy viên | kd kiểm điểm | bkd bản kiểm điểm | tkd tự kiểm điểm | bb biên bản | dvc dịch vụ công
nq nghị quyết | gv giảng viên | vc viên chức | nvien nhân viên | llct lý luận chính trị | htnv hoàn thành nhiệm vụ
htxs hoàn thành xuất sắc | xs xuất sắc | tb thông báo | bc báo cáo | qc quy chế | dp đảng phí
bs bổ sung | tgd tuổi đảng | td tuổi đảng, thẻ đảng | nct nơi cư trú | gcn giấy chứng nhận
"""


def _table() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for form, reading in ABBREVIATIONS.items():
        found[form].append(reading)
    for one in _FORMS.replace("\n", "|").split("|"):
        form, _space, readings = one.strip().partition(" ")
        for reading in readings.split(","):
            plain = " ".join(bare(word) for word in reading.split())
            if plain and plain not in found[form]:
                found[form].append(plain)
    return dict(found)


SHORT = _table()
"""A form may have several readings; the words around it decide."""
