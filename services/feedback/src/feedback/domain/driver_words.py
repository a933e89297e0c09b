"""How are the drivers of the customer experience taxonomy called in a survey? (feedback-model.md section 1)"""

from collections.abc import Mapping
from typing import Final

from feedback.domain.case import RootCause

DRIVER_WORDS: Final[Mapping[RootCause, Mapping[str, str]]] = {
    RootCause.PRODUCT_QUALITY: {"zh": "产品质量", "en": "Product quality"},
    RootCause.PRODUCT_PERFORMANCE: {"zh": "产品性能", "en": "Product performance"},
    RootCause.SERVICE_ATTITUDE: {"zh": "服务态度", "en": "Friendliness of the service"},
    RootCause.RESPONSE_SPEED: {"zh": "响应速度", "en": "Speed of response"},
    RootCause.ENVIRONMENT: {"zh": "购物环境", "en": "Shop or site"},
    RootCause.BRAND_IMAGE: {"zh": "品牌形象", "en": "Brand"},
    RootCause.PRICE: {"zh": "价格", "en": "Price"},
    RootCause.DELIVERY: {"zh": "配送", "en": "Delivery"},
    RootCause.AFTER_SALES: {"zh": "售后服务", "en": "After-sales service"},
}
